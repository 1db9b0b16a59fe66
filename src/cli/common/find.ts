import { DomainDocument, GroupDocument, ProjectDocument, UserDocument } from '../../generated/documents.js';
import { domainRef, groupRef, projectRef, userRef } from './refs.js';
import { get, type Session } from './session.js';

/** The object that a text names, by id or by name; a hidden one gives the same error as a missing one. */
export const findDomain = (session: Session, text: string) =>
  get(session, DomainDocument, { ref: domainRef(text) }, 'domain');

export const findProject = (session: Session, text: string) =>
  get(session, ProjectDocument, { ref: projectRef(text) }, 'project');

export const findUser = (session: Session, text: string) => get(session, UserDocument, { ref: userRef(text) }, 'user');

export const findGroup = (session: Session, text: string) =>
  get(session, GroupDocument, { ref: groupRef(text) }, 'group');
