// Healthy means: the table answers.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { answer, http } from './http.mjs';

const db = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = http(async () => {
  await db.send(new GetCommand({ TableName: process.env.NOTES_TABLE, Key: { id: 'health' } }));
  return answer(200, { status: 'ok' });
});
