import { type Fault, faultOfResponse, UNREACHABLE } from './faults.js';
import { ownHeaders, send } from './http.js';
import type { Scope } from './scope.js';

/** The digest of some bytes, as the API writes it. */
export async function digestOf(content: Blob): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await content.arrayBuffer()));
  return `sha256:${[...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Sends the bytes of an upload. Returns why that failed, or null. */
export async function sendUpload(scope: Scope, path: string, content: Blob): Promise<Fault | null> {
  const headers = { ...ownHeaders(scope), 'content-type': 'application/octet-stream' };
  const response = await send(path, { method: 'PUT', headers, body: content }).catch(() => null);
  if (response === null) return UNREACHABLE;
  return response.ok ? null : faultOfResponse(response);
}

/** The runtime policy of a revision, however large it is; a fault where it cannot be had. */
export async function readStoredPolicy(scope: Scope, revisionId: string): Promise<Blob | Fault> {
  const path = `/allowlist-revisions/${encodeURIComponent(revisionId)}/ima-policy`;
  const response = await send(path, { headers: ownHeaders(scope) }).catch(() => null);
  if (response === null) return UNREACHABLE;
  return response.ok ? response.blob() : faultOfResponse(response);
}
