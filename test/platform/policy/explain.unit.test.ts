import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildRegistry,
  type ExplainedCheck,
  type Subject,
  type TargetValues,
} from '../../../src/platform/policy/index.js';
import { checkText, nullable, type Row, RULES, someText, target } from './guarded-rows.js';
import { noteGet, registry } from './note-policies.js';

const reader: Subject = { scope: 'project', credentials: { roles: ['reader'], project_id: 'p', user_id: 'u' } };

/** The nodes that the decision rests on, those without operands. */
function deciding(node: ExplainedCheck): string[] {
  if (!node.isDeciding) return [];
  return node.of.length === 0 ? [`${node.check} ${node.value}`] : node.of.flatMap(deciding);
}

describe('explain', () => {
  const explain = (subject: Subject, keys?: TargetValues) => registry.explain(noteGet, subject, keys);

  it('ok: names the branch that allows, with what caller and target hold', () => {
    const { decision, scope, boundary, tree } = explain(reader, { project_id: 'p', author: 'x' });
    expect([decision.outcome, scope]).toEqual(['ALLOWED', { held: 'project', passes: true }]);
    expect(boundary).toEqual(tree?.of[0]);
    expect(tree && deciding(tree)).toEqual(['project_id:%(project_id)s TRUE', 'role:reader TRUE']);
    expect(tree?.of[0]).toMatchObject({ held: ['p'], target: 'p', isDeciding: true });
    expect(tree?.of[1]?.of[1]).toMatchObject({ check: 'rule:author', value: 'FALSE', isDeciding: false });
  });

  it('forbidden: the boundary alone decides, whatever the check says', () => {
    const { decision, tree } = explain(reader, { project_id: 'q', author: 'u' });
    expect([decision.outcome, tree && deciding(tree)]).toEqual(['FORBIDDEN', ['project_id:%(project_id)s FALSE']]);
  });

  it('forbidden: what is absent decides nothing, and is named', () => {
    const { decision, tree } = explain({ ...reader, credentials: { project_id: 'p' } }, { project_id: 'p' });
    expect([decision.outcome, tree && deciding(tree)]).toEqual([
      'FORBIDDEN',
      ['role:reader ABSENT', 'user_id:%(author)s ABSENT'],
    ]);
  });

  it('ok: without a target what depends on it is OPEN', () => {
    const { decision, tree } = explain(reader);
    expect([decision.outcome, tree?.value, tree?.of.map(({ value }) => value)]).toEqual([
      'ALLOWED',
      'OPEN',
      ['OPEN', 'TRUE'],
    ]);
  });

  it('forbidden: a scope that the policy does not take needs no tree', () => {
    const { decision, scope, tree } = explain({ ...reader, scope: 'system' });
    expect([decision.outcome, scope, tree]).toEqual(['WRONG_SCOPE', { held: 'system', passes: false }, null]);
    expect(explain({ scope: null, credentials: {} }).decision).toEqual({ outcome: 'UNAUTHENTICATED' });
  });

  it.each([
    [{ colour: 'red' }, 'policy note:get: unknown target key: colour'],
    [{ author: 5 }, 'policy note:get: target key author is text, or null'],
    [{ author: ['a'] }, 'policy note:get: target key author is text, or null'],
  ])('refused: %j cannot be a target', (keys, message) => {
    expect(() => explain(reader, keys)).toThrow(message);
  });

  it('ok: any check is explained as it is decided', () => {
    const counts = { ALLOWED: 0, FORBIDDEN: 0 };
    const row = fc.record({
      owner: nullable(someText),
      project_id: nullable(fc.constantFrom('a', 'b')),
      level: nullable(fc.constantFrom(0, 5, 6)),
      tags: nullable(fc.array(nullable(someText), { maxLength: 3 })),
    });
    const credentials = fc.record({
      roles: nullable(fc.array(someText, { maxLength: 3 })),
      user_id: nullable(someText),
      project_id: nullable(fc.constantFrom('a', 'b')),
    });
    fc.assert(
      fc.property(
        checkText(fc.constantFrom('user_id', 'project_id', 'roles')),
        row,
        credentials,
        (check, keys, held) => {
          const policies = buildRegistry({
            rules: RULES,
            policies: [
              {
                name: 'thing:get',
                description: 'Generated.',
                scopeTypes: ['project'],
                boundary: { project: '@' },
                check,
                target,
                operations: [],
              },
            ],
          });
          const subject: Subject = { scope: 'project', credentials: held };
          const stored = { id: 1, enabled: null, ports: null, workloads: [], projectId: keys.project_id, ...keys };
          const stage = keys.level === null ? null : keys.level > 5 ? 'late' : 'early';
          const all = { ...keys, stage, enabled: null, ports: null, is_granted: false, workload_ids: [] };
          const { decision, tree } = policies.explain('thing:get', subject, all);
          expect(decision).toEqual(policies.decideRow<Row>('thing:get', subject, stored));
          expect(policies.explain('thing:get', subject).decision).toEqual(
            policies.decideOperation('thing:get', subject),
          );
          expect(tree && deciding(tree).length).toBeGreaterThan(0);
          counts[decision.outcome as keyof typeof counts] += 1;
        },
      ),
      { numRuns: 1000 },
    );
    expect(Math.min(counts.ALLOWED, counts.FORBIDDEN)).toBeGreaterThan(250);
  });
});
