// What all HTTP handlers share: answers, errors, input. Works with REST (v1) and HTTP (v2) API events.

const levels = ['debug', 'info', 'warn', 'error'];
const threshold = levels.indexOf(process.env.LOG_LEVEL ?? 'info');

/** Writes one JSON line, if `level` is at least LOG_LEVEL. */
export function log(level, message, fields = {}) {
  if (levels.indexOf(level) >= threshold) console.log(JSON.stringify({ level, message, ...fields }));
}

export class HttpError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function answer(status, body) {
  return {
    statusCode: status,
    headers: { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

/** The request's JSON body; an HttpError 400 when it is not an object. */
export function jsonBody(event) {
  let body;
  try {
    body = JSON.parse(event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body);
  } catch {
    throw new HttpError(400, 'BadRequest', 'the body is not JSON');
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new HttpError(400, 'BadRequest', 'the body is not a JSON object');
  }
  return body;
}

/** A string member of at most `max` characters; an HttpError 400 when it is missing or something else. */
export function requireString(body, name, max) {
  const value = body[name];
  if (typeof value !== 'string' || value.length === 0 || value.length > max) {
    throw new HttpError(400, 'BadRequest', `"${name}" must be a string of 1 to ${max} characters`);
  }
  return value;
}

/** Wraps a function of the event so that its HttpErrors become answers; anything else is a real failure. */
export function http(handle) {
  return async (event, context) => {
    try {
      return await handle(event, context);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      log('warn', error.message, { code: error.code });
      return answer(error.status, { error: { code: error.code, message: error.message } });
    }
  };
}
