import { describe, expect, test } from 'vitest';
import {
  type Actor,
  anonymous,
  clockFault,
  domainOf,
  isCurrent,
  isOver,
  projectOf,
  type Scope,
  theOne,
} from '../../src/authority/index.js';
import { asId } from '../harness/ids.js';

const NOW = new Date('2026-01-31T08:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);

function actorOf(kind: 'user' | 'agent', changed: Partial<Actor> = {}): Actor {
  const principal = { kind, id: asId('id'), name: 'name', domainId: asId('domain') };
  const token = { id: asId('token'), expiresAt: later(1000) };
  return { ...anonymous, principal, token, epoch: 7, ...changed };
}

describe('isOver', () => {
  test('ok: before the token ends and before a role ends or begins; stale: from just then on', () => {
    const ends = { id: asId('token'), expiresAt: later(10) };
    expect(isOver(actorOf('user', { token: ends }), later(9))).toBe(false);
    expect(isOver(actorOf('user', { token: ends }), later(10))).toBe(true);
    expect(isOver(actorOf('user', { rolesUntil: later(10) }), later(9))).toBe(false);
    expect(isOver(actorOf('user', { rolesUntil: later(10) }), later(10))).toBe(true);
    expect(isOver(anonymous, later(1e9))).toBe(false);
  });
});

describe('isCurrent', () => {
  test('ok: a user under the same epoch in time, and a stranger at any time', () => {
    expect(isCurrent(actorOf('user'), 7, NOW)).toBe(true);
    expect(isCurrent(anonymous, 9, later(1e9))).toBe(true);
  });

  test('stale: an agent always, another epoch, and a caller whose time is over', () => {
    expect(isCurrent(actorOf('agent'), 7, NOW)).toBe(false);
    expect(isCurrent(actorOf('user'), 8, NOW)).toBe(false);
    expect(isCurrent(actorOf('user'), 7, later(1000))).toBe(false);
  });
});

describe('the scope that owns what is made', () => {
  const domain = { type: 'domain', domainId: asId('d') } as const;
  const project = { type: 'project', projectId: asId('p'), domainId: asId('d') } as const;
  const at = (where: Scope | null) => ({ actor: actorOf('user', { where }) });

  test('ok: the domain and the project of the token', () => {
    expect(domainOf(at(domain))).toBe('d');
    expect(projectOf(at(project))).toEqual({ projectId: asId('p'), domainId: asId('d') });
  });

  test('refused: another scope, or none', () => {
    for (const where of [project, { type: 'system' } as const, null])
      expect(() => domainOf(at(where))).toThrow('another scope than a domain');
    for (const where of [domain, { type: 'system' } as const, null])
      expect(() => projectOf(at(where))).toThrow('another scope than a project');
  });
});

describe('clockFault', () => {
  const faultAt = (skewMs: number | undefined) =>
    clockFault({
      clock: { now: () => NOW, ...(skewMs !== undefined && { skewMs: () => skewMs }) },
      settings: { clockSkewMaxMs: 60_000 },
    });

  test('ok: clocks as far apart as is allowed, and one that is compared with none', () => {
    for (const skewMs of [0, 60_000, -60_000, undefined]) expect(faultAt(skewMs)).toBeNull();
  });

  test('refused: further, ahead or behind; the bound is told', () => {
    for (const skewMs of [60_001, -60_001])
      expect(faultAt(skewMs)).toMatchObject({
        message: expect.stringContaining('the 60 s'),
        extensions: { code: 'UNAVAILABLE', reason: 'CLOCK_SKEW' },
      });
  });
});

describe('theOne', () => {
  const log = { record: async () => [], keeper: () => async () => {}, keysOf: () => async () => new Uint8Array(32) };
  const audit = { name: 'audit', auditLog: log };

  test('ok: the one domain that has the role; refused: none, or several', () => {
    expect(theOne([{ name: 'identity' }, audit], 'auditLog')).toBe(log);
    expect(() => theOne([{ name: 'identity' }], 'auditLog')).toThrow('it is in none');
    expect(() => theOne([audit, { ...audit, name: 'other' }], 'auditLog')).toThrow('it is in audit, other');
  });
});
