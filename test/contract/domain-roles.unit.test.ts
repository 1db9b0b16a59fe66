import { describe, expect, test } from 'vitest';
import { theOne } from '../../src/authority/index.js';
import { ACCESS, AUDIT_LOG, DOMAINS } from '../../src/domains.js';

const named = (name: string) => DOMAINS.find((domain) => domain.name === name);

describe('what one domain does for all', () => {
  test('ok: it is found wherever it is among the domains', () => {
    expect(ACCESS).toBe(named('identity')?.access);
    expect(AUDIT_LOG).toBe(named('audit')?.auditLog);
  });

  test('invalid: no domain that does it', () => {
    expect(() => theOne([{ name: 'fleet' }], 'access')).toThrow('one domain must have the role access; it is in none');
  });

  test('invalid: two domains that do it', () => {
    const domains = [{ name: 'fleet' }, { name: 'one', auditLog: AUDIT_LOG }, { name: 'two', auditLog: AUDIT_LOG }];
    expect(() => theOne(domains, 'auditLog')).toThrow('it is in one, two');
  });
});
