// Create, list, read, change and delete notes.
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { HttpError, answer, http, jsonBody, log, requireString } from './http.mjs';

const db = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const TableName = process.env.NOTES_TABLE;
const PAGE = 20;

const noSuchNote = (id) => new HttpError(404, 'NotFound', `there is no note ${id}`);

export const create = http(async (event) => {
  const body = jsonBody(event);
  const now = new Date().toISOString();
  const note = {
    id: randomUUID(),
    user: requireString(body, 'user', 100),
    text: requireString(body, 'text', 10_000),
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
  await db.send(new PutCommand({
    TableName, Item: note, ConditionExpression: 'attribute_not_exists(id)',
  }));
  log('info', 'note created', { id: note.id, user: note.user });
  return answer(201, note);
});

export const list = http(async (event) => {
  const { user, next } = event.queryStringParameters ?? {};
  if (!user) throw new HttpError(400, 'BadRequest', 'say whose notes: ?user=NAME');
  const page = await db.send(new QueryCommand({
    TableName,
    IndexName: 'byUser',
    KeyConditionExpression: '#user = :user',
    ExpressionAttributeNames: { '#user': 'user' },
    ExpressionAttributeValues: { ':user': user },
    ScanIndexForward: false,
    Limit: PAGE,
    ExclusiveStartKey: next && JSON.parse(Buffer.from(next, 'base64url').toString()),
  }));
  return answer(200, {
    notes: page.Items,
    next: page.LastEvaluatedKey && Buffer.from(JSON.stringify(page.LastEvaluatedKey)).toString('base64url'),
  });
});

export const get = http(async (event) => {
  const { id } = event.pathParameters;
  const { Item } = await db.send(new GetCommand({ TableName, Key: { id } }));
  if (!Item) throw noSuchNote(id);
  return answer(200, Item);
});

export const update = http(async (event) => {
  const { id } = event.pathParameters;
  const text = requireString(jsonBody(event), 'text', 10_000);
  try {
    const { Attributes } = await db.send(new UpdateCommand({
      TableName,
      Key: { id },
      UpdateExpression: 'SET #text = :text, updatedAt = :now ADD version :one',
      ConditionExpression: 'attribute_exists(id)',
      ExpressionAttributeNames: { '#text': 'text' },
      ExpressionAttributeValues: { ':text': text, ':now': new Date().toISOString(), ':one': 1 },
      ReturnValues: 'ALL_NEW',
    }));
    return answer(200, Attributes);
  } catch (error) {
    if (error.name === 'ConditionalCheckFailedException') throw noSuchNote(id);
    throw error;
  }
});

export const remove = http(async (event) => {
  const { id } = event.pathParameters;
  const { Attributes } = await db.send(new DeleteCommand({ TableName, Key: { id }, ReturnValues: 'ALL_OLD' }));
  if (!Attributes) throw noSuchNote(id);
  return answer(204);
});
