// Gives out presigned URLs, so that a file goes between the caller and the bucket directly.
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { answer, http } from './http.mjs';

// The checksum of an empty body would be signed into the upload URL otherwise.
const s3 = new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
const EXPIRES_IN = 300;

/** POST: where to PUT the attachment. GET: where to fetch it. */
export const handler = http(async (event) => {
  const object = { Bucket: process.env.ATTACHMENTS_BUCKET, Key: `notes/${event.pathParameters.id}` };
  const upload = event.httpMethod === 'POST';
  const command = upload ? new PutObjectCommand(object) : new GetObjectCommand(object);
  const url = await getSignedUrl(s3, command, { expiresIn: EXPIRES_IN });
  return answer(upload ? 201 : 200, { method: upload ? 'PUT' : 'GET', url, expiresIn: EXPIRES_IN });
});
