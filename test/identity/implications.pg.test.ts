import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, startTestServer, type TestServer } from '../harness/server.js';
import { roleStories } from './role-stories.js';

// Two transactions at a time are needed, and the embedded engine has one connection.
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close());

test('invalid: of implications that close a cycle together, added at once, one at least is refused', async () => {
  const stories = roleStories(server);
  const token = await stories.as({ type: 'domain', domainId: await server.domain() }, 'manager');
  for (let round = 0; round < 20; round++) {
    const names = ['a', 'b', 'c'].map((name) => `${name}${round}`);
    const made = await Promise.all(names.map((name) => stories.create(name, token)));
    const answers: Answer[] = await Promise.all(
      made.map(({ id: roleId, etag }, index) => {
        const impliedRoleId = made[(index + 1) % made.length].id;
        return stories.change(
          'addImpliedRole',
          { role: { id: roleId }, impliedRole: { id: impliedRoleId }, etag },
          token,
        );
      }),
    );
    const errors = answers.flatMap(({ body }) => body.data.addImpliedRole.userErrors);
    expect(errors).toMatchObject([{ code: 'INVALID', message: expect.stringContaining('close a cycle') }]);
  }
});
