import { invalid } from '../../platform/errors.js';
import { hasUnseen, validName } from '../../platform/text.js';

type Maybe<T> = T | null | undefined;

/** What people know a user by, besides its name. It is only displayed: nothing is found, decided or sent by it. */
export interface Contact {
  readonly displayName?: Maybe<string>;
  readonly email?: Maybe<string>;
}

/** As RFC 5321 bounds a path, without its brackets. */
const EMAIL_LENGTH_MAX = 254;
/** The plain form alone: whether mail arrives there cannot be seen in it. */
const EMAIL = /^[^\s@]+@[^\s@]+$/u;

/** As it is stored; absent fields stay absent, and null or an empty text is null. */
export function validContact({ displayName, email }: Contact): { displayName?: string | null; email?: string | null } {
  return {
    ...(displayName !== undefined && { displayName: displayName ? validName(displayName, 'displayName') : null }),
    ...(email !== undefined && { email: email ? validEmail(email) : null }),
  };
}

function validEmail(email: string): string {
  if (email.length > EMAIL_LENGTH_MAX || !EMAIL.test(email) || hasUnseen(email)) {
    throw invalid(
      `An e-mail address must have the form name@domain, at most ${EMAIL_LENGTH_MAX} characters, and no spaces, control or invisible characters.`,
      'email',
    );
  }
  return email;
}
