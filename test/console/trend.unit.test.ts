import { describe, expect, test } from 'vitest';
import { barsOf, sinceOf, spanSearch } from '../../console/src/pages/attestations/trend.js';

describe('trust over time', () => {
  test('ok: a bar counts who became trusted, and who failed, went stale or was banned', () => {
    const time = { since: '2026-01-01T00:00:00Z', until: '2026-01-01T01:00:00Z' };
    const changes = [
      { to: 'TRUSTED', count: 3 },
      { to: 'FAILED', count: 1 },
      { to: 'STALE', count: 2 },
      { to: 'PENDING', count: 9 },
    ] as const;
    expect(barsOf([{ ...time, changes }])).toEqual([{ ...time, good: 3, bad: 3 }]);
  });

  test('ok: the time begins at a full hour, so that the same is asked for a while', () => {
    expect(sinceOf(Date.parse('2026-01-02T10:20:30Z'), 24)).toBe('2026-01-01T11:00:00.000Z');
  });

  test('invalid: an address that names no span is about the last day', () => {
    expect([spanSearch({ span: 'year' }), spanSearch({ span: 'week' })]).toEqual([{ span: 'day' }, { span: 'week' }]);
  });
});
