import { z } from 'zod';
import { durationMs } from './duration.js';

/** An ISO 8601 duration; its value is in milliseconds. */
export const duration = z.string().transform((text, issue) => {
  const ms = durationMs(text);
  if (ms === null) issue.addIssue('is not an ISO 8601 duration such as PT2M');
  return ms ?? 0;
});

/** How long something is kept. */
export const retention = duration.refine((ms) => ms >= 60_000, 'is not PT1M or more');

export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
