import { describe, expect, it } from 'vitest';
import { faultForLog } from '../../src/db/errors.js';

describe('faultForLog', () => {
  it('ok: a failed statement is logged without its message, which holds the parameters', () => {
    const cause = Object.assign(new Error('invalid input: "hunter2"'), { code: '22P02' });
    const told = JSON.stringify(faultForLog(new Error('Failed query: insert … params: hunter2', { cause })));
    expect(told).not.toContain('hunter2');
    expect(told).toContain('22P02');
  });

  it('ok: any other fault keeps its message', () => {
    expect(faultForLog(new Error('no such state')).message).toBe('no such state');
  });
});
