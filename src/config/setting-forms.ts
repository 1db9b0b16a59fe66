import { z } from 'zod';
import { durationMs } from '../platform/duration.js';

/** An ISO 8601 duration; its value is in milliseconds. */
export const duration = z.string().transform((text, issue) => {
  const ms = durationMs(text);
  if (ms === null) issue.addIssue('is not an ISO 8601 duration such as PT2M');
  return ms ?? 0;
});
