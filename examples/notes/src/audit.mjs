// Reads the notes table's stream: keeps a row for each change and counts changes by kind.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { answer, http, log } from './http.mjs';

const db = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const TableName = process.env.AUDIT_TABLE;

/** At-least-once delivery: a record that is seen twice is written once, and counted once. */
export async function handler(event) {
  for (const { eventName, dynamodb } of event.Records) {
    const { id } = unmarshall(dynamodb.Keys);
    const image = unmarshall(dynamodb.NewImage ?? dynamodb.OldImage ?? {});
    const row = {
      noteId: id,
      sequence: dynamodb.SequenceNumber.padStart(40, '0'),
      event: eventName,
      user: image.user,
      version: image.version,
      at: new Date(dynamodb.ApproximateCreationDateTime * 1000).toISOString(),
    };
    try {
      await db.send(new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName, Item: row, ConditionExpression: 'attribute_not_exists(noteId)' } },
          {
            Update: {
              TableName,
              Key: { noteId: '#count', sequence: eventName },
              UpdateExpression: 'ADD changes :one',
              ExpressionAttributeValues: { ':one': 1 },
            },
          },
        ],
      }));
    } catch (error) {
      if (error.CancellationReasons?.[0].Code === 'ConditionalCheckFailed') continue;
      throw error;
    }
    log('info', 'audited', { id, event: eventName });
  }
}

export const trail = http(async (event) => {
  const { Items } = await db.send(new QueryCommand({
    TableName,
    KeyConditionExpression: 'noteId = :id',
    ExpressionAttributeValues: { ':id': event.pathParameters.id },
  }));
  return answer(200, { changes: Items });
});
