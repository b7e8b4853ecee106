// Runs on a schedule: mails how much has changed so far.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { log } from './http.mjs';

const db = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const ses = new SESv2Client({});

export async function handler(event) {
  const { Items: counts } = await db.send(new QueryCommand({
    TableName: process.env.AUDIT_TABLE,
    KeyConditionExpression: 'noteId = :count',
    ExpressionAttributeValues: { ':count': '#count' },
  }));
  const lines = counts.map(({ sequence, changes }) => `${sequence}: ${changes}`);
  const { MessageId } = await ses.send(new SendEmailCommand({
    FromEmailAddress: process.env.MAIL_FROM,
    Destination: { ToAddresses: [process.env.MAIL_TO] },
    Content: {
      Simple: {
        Subject: { Data: `Notes digest of ${event.time}` },
        Body: { Text: { Data: lines.length ? `Changes so far:\n${lines.join('\n')}\n` : 'No changes yet.\n' } },
      },
    },
  }));
  log('info', 'digest sent', { messageId: MessageId, kinds: counts.length });
  return { messageId: MessageId };
}
