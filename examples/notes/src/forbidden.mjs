// Tries what the function's role does not allow. The table is safe: the attempt is refused.
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HttpError, answer, http } from './http.mjs';

const db = new DynamoDBClient({});

export const handler = http(async () => {
  try {
    await db.send(new DeleteTableCommand({ TableName: process.env.NOTES_TABLE }));
  } catch (error) {
    if (error.name !== 'AccessDeniedException') throw error;
    throw new HttpError(403, error.name, error.message);
  }
  return answer(200, { deleted: process.env.NOTES_TABLE });
});
