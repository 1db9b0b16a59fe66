import { Copy } from '../../kit/copy.js';
import { Time } from '../../kit/time.js';
import { isPlain, joinCommand } from './input.js';

interface HowToJoinProps {
  readonly server: string;
  readonly uses: number;
  readonly expiresAt: string | null;
}

/** What to do on a machine. */
export function HowToJoin({ server, uses, expiresAt }: HowToJoinProps) {
  return (
    <>
      <p>
        On {uses === 1 ? 'the machine' : `each of up to ${uses.toLocaleString('en')} machines`}, until it expires{' '}
        <Time at={expiresAt} />:
      </p>
      <ol>
        <li>
          Put the token into a file that nobody else reads: start this, paste the token, then press Enter and Ctrl-D.
          <br />
          <Copy text="install -m 600 /dev/stdin join.token" what="the first command" />
        </li>
        {!isPlain(server) && (
          <li>
            Put the certificate of the server’s authority beside it, as <code>ca.pem</code>.
          </li>
        )}
        <li>
          Join.
          <br />
          <Copy text={joinCommand(server)} what="the command" />
        </li>
      </ol>
    </>
  );
}
