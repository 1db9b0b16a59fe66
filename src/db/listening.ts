import postgres, { type Sql } from 'postgres';
import { CHANNEL, EVERY_TOPIC } from './notify.js';

/** We send this to ourselves, to check whether we still hear. */
const PING = '';
const PING_MS = 5000;

/**
 * Listens on a connection of its own. A connection can be dead without an error, and the driver gives up when it cannot
 * reconnect at once: so a ping is sent every few seconds, and when it is not heard before the next one, listening
 * starts again.
 *
 * @param say Sends a ping through another connection.
 */
export async function keepListening(
  url: string,
  heard: (topic: string) => void,
  say: (channel: string, topic: string) => Promise<unknown>,
): Promise<() => Promise<void>> {
  let isHearing = true;
  const begin = () =>
    beginListening(url, (topic) => {
      isHearing = true;
      if (topic !== PING) heard(topic);
    });
  let current: Sql | null = await begin();
  let turn = Promise.resolve();
  const takeTurn = async () => {
    if (!isHearing || current === null) {
      await current?.end({ timeout: 1 });
      current = null;
      current = await begin();
    }
    isHearing = false;
    await say(CHANNEL, PING);
  };
  const timer = setInterval(() => {
    // While the database is away there is nothing to hear; the next turn tries again.
    turn = turn.then(takeTurn).catch(() => {});
  }, PING_MS).unref();
  return async () => {
    clearInterval(timer);
    await turn;
    await current?.end({ timeout: 1 });
  };
}

async function beginListening(url: string, heard: (topic: string) => void): Promise<Sql> {
  const connection = { application_name: 'bailiwick listener' };
  const client = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {}, connection });
  try {
    await client.listen(CHANNEL, heard, () => heard(EVERY_TOPIC));
    return client;
  } catch (error) {
    await client.end({ timeout: 1 });
    throw error;
  }
}
