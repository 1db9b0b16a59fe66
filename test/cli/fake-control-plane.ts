import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { makeCredential, parsePublicArea } from '../../src/attestation/tpm/index.js';
import {
  type Challenge,
  type PolicyLayer,
  requiredPcrs,
  startingOffset,
  type VerifierState,
  verify,
} from '../../src/attestation/verifier/index.js';
import { Refusal, unauthenticated } from '../../src/platform/errors.js';
import { IMA_LAYER, NOW } from '../attestation/verifier/machine.js';

type Input = Record<string, string | number | null | undefined | Record<string, string>>;

const PCRS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const toBase64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/**
 * A control plane for one agent: real credentials and the real verifier behind the five operations that an agent calls, and
 * nothing else. It can lose answers and forget tokens at a given moment, which the real one does only by accident.
 */
export class FakeControlPlane {
  /** Operations whose next answer is lost after they took effect. */
  readonly lost = new Set<string>();
  /** The operations that came, in order. */
  readonly calls: string[] = [];
  /** What the last evidence began with. */
  lastOffset: number | undefined;
  policies: readonly PolicyLayer[] = [IMA_LAYER];
  /** What happens between a challenge and its evidence. */
  afterBegin: () => void = () => {};
  /** What was sent through the upload door, by path. */
  readonly uploads = new Map<string, Buffer>();
  enrollmentToken = 'enrollment-token';
  token = '';
  isBanned = false;
  #server: Server | undefined;
  #secret = Buffer.alloc(0);
  #attestationKey = new Uint8Array();
  #challenge: Challenge | undefined;
  #previous: VerifierState | null = null;
  #answered = new Map<string, object>();

  async start(): Promise<string> {
    this.#server = createServer(async (incoming, outgoing) => {
      const body = await readBody(incoming);
      const { status, answer } = this.#answer(incoming, body);
      if (answer === null) outgoing.destroy();
      else outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    }).listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  #answer({ method, url, headers }: IncomingMessage, body: Buffer): { status: number; answer: object | null } {
    const isMine = headers.authorization === `Bearer ${this.token}`;
    if (method === 'PUT') {
      if (isMine) this.uploads.set(url ?? '', body);
      return { status: isMine ? 204 : 401, answer: {} };
    }
    const { query, variables } = JSON.parse(body.toString('utf8'));
    const operation = /mutation (\w+)/.exec(query)?.[1] ?? '';
    this.calls.push(operation);
    try {
      const payload = { ...this.#perform(operation, variables.input, isMine), userErrors: [] };
      return { status: 200, answer: this.lost.delete(operation) ? null : { data: { payload } } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return {
        status: 200,
        answer: { data: { payload: null }, errors: [{ message: error.message, extensions: error.extensions }] },
      };
    }
  }

  #perform(operation: string, input: Input, isMine: boolean): object {
    switch (operation) {
      case 'EnrollAgent':
        return this.#enroll(input);
      case 'ActivateAgent':
        return this.#activate(input);
      case 'LogInAgent':
        return this.#logIn(input);
    }
    if (this.isBanned) throw unauthenticated('This agent is banned or retired.', 'AGENT_BANNED');
    if (!isMine) throw unauthenticated();
    if (operation === 'CreateUpload') return { uploadId: '/uploads/1', path: '/uploads/1' };
    return operation === 'BeginAttestation' ? this.#begin() : this.#submit(input);
  }

  #enroll({ enrollmentToken, endorsementKey, attestationKey }: Input): object {
    if (enrollmentToken !== this.enrollmentToken) throw unauthenticated();
    this.#attestationKey = Buffer.from(String(attestationKey), 'base64');
    this.#secret = randomBytes(32);
    const ek = parsePublicArea(Buffer.from(String(endorsementKey), 'base64'));
    const credential = makeCredential(ek, parsePublicArea(this.#attestationKey).name, this.#secret);
    return {
      agentId: 'agt_1',
      credentialBlob: toBase64(credential.credentialBlob),
      encryptedSecret: toBase64(credential.encryptedSecret),
    };
  }

  #activate({ enrollmentToken, secret }: Input): object {
    if (enrollmentToken !== this.enrollmentToken || secret !== toBase64(this.#secret)) throw unauthenticated();
    this.enrollmentToken = 'spent';
    return { agentId: 'agt_1', token: this.#issueToken() };
  }

  #logIn({ quote }: Input): object {
    if (quote === undefined) {
      this.#challenge = this.#newChallenge([0]);
      return { challenge: { nonce: toBase64(this.#challenge.nonce), hashAlgorithm: 'sha256', pcrs: [0] } };
    }
    const { verdict } = this.#verify({ quote }, [], true);
    if (verdict === 'REJECTED') throw unauthenticated();
    return { token: this.#issueToken() };
  }

  #begin(): object {
    const challenge = this.#newChallenge(requiredPcrs(this.policies, 'PHYSICAL'));
    this.#challenge = challenge;
    this.afterBegin();
    const { nonce, pcrs, hashAlgorithms, imaOffset } = challenge;
    return {
      challenge: { attestationId: 'att_1', nonce: toBase64(nonce), pcrs, hashAlgorithms, imaOffset, needsImaLog: true },
    };
  }

  #submit(input: Input): object {
    const key = JSON.stringify([input.quote, input.imaOffset]);
    const earlier = this.#answered.get(key);
    if (earlier !== undefined) return earlier;
    this.lastOffset = Number(input.imaOffset);
    const { verdict, failures, counts, next } = this.#verify(input, this.policies, false);
    if (next !== null) this.#previous = next;
    const time = new Date(NOW).toISOString();
    const result = {
      verdict,
      failures,
      counts: { ...counts, attestedEntries: counts.attested },
      stateAfter: 'TRUSTED',
      receivedAt: time,
    };
    const answer = { result, nextAttestationAt: new Date(NOW + 60_000).toISOString() };
    this.#answered.set(key, answer);
    return answer;
  }

  #verify(
    { quote, imaLog, imaLogUploadId, imaOffset }: Input,
    policies: readonly PolicyLayer[],
    allowsNothingBound: boolean,
  ) {
    const { message = '', signature = '', pcrs = '' } = typeof quote === 'object' && quote !== null ? quote : {};
    const challenge = this.#challenge ?? this.#newChallenge(PCRS);
    const log = imaLogUploadId === undefined ? String(imaLog) : this.uploads.get(String(imaLogUploadId));
    return verify({
      evidence: {
        quote: { message, signature, pcrs },
        imaLog: allowsNothingBound ? undefined : log,
        imaOffset: Number(imaOffset ?? 0),
      },
      challenge,
      enrolment: { attestationKey: this.#attestationKey, tpmKind: 'PHYSICAL' },
      policies,
      previous: this.#previous,
      now: NOW,
      rules: { allowsNothingBound },
    });
  }

  #newChallenge(pcrs: readonly number[]): Challenge {
    const imaOffset = startingOffset(this.#previous, this.policies, {});
    return { nonce: randomBytes(32), pcrs, hashAlgorithms: ['sha256'], imaOffset, expiresAt: NOW + 1, isUsed: false };
  }

  #issueToken(): string {
    this.token = randomUUID();
    return this.token;
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}
