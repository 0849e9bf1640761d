/** A problem that the service told in words. */
export class Problem extends Error {
  constructor(message, status, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

function csrfHeader() {
  const token = /(?:^|; )XSRF-TOKEN=([^;]+)/.exec(document.cookie)?.[1];
  return token ? { 'X-XSRF-TOKEN': decodeURIComponent(token) } : {};
}

export async function problem(response) {
  const body = await response.json().catch(() => ({}));
  return new Problem(
    body.detail ?? body.title ?? `HTTP ${response.status}`,
    response.status,
    Number(response.headers.get('Retry-After')) || 0,
  );
}

/** Fetches with a body as JSON or form; throws a Problem unless the answer is a success. */
export async function send(method, path, body, options = {}) {
  const headers = { ...csrfHeader(), Accept: 'application/json', ...options.headers };
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers['Content-Type'] = 'application/json';
  const response = await fetch(path, {
    method,
    headers,
    signal: options.signal,
    body: body === undefined || isForm ? body : JSON.stringify(body),
  });
  if (response.status === 401) location.assign('/login.html');
  if (!response.ok) throw await problem(response);
  return response;
}

async function json(method, path, body, options) {
  const response = await send(method, path, body, options);
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

export const get = (path, options) => json('GET', path, undefined, options);
export const post = (path, body, options) => json('POST', path, body, options);
export const patch = (path, body) => json('PATCH', path, body);
export const put = (path, body) => json('PUT', path, body);
export const remove = path => json('DELETE', path);

/** Sends a form and tells how much of it has left; fetch cannot. */
export function upload(path, form, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('Accept', 'application/json');
    for (const [name, value] of Object.entries(csrfHeader())) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', e => {
      if (e.lengthComputable) onProgress(e.loaded / e.total);
    });
    request.addEventListener('error', () => reject(new Problem('', 0)));
    request.addEventListener('load', () => {
      let body = null;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // A proxy may answer with something else.
      }
      if (request.status >= 200 && request.status < 300) resolve(body);
      else reject(new Problem(body?.detail ?? `HTTP ${request.status}`, request.status));
    });
    request.send(form);
  });
}
