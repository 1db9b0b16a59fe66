export { findUser, findUserByName, type UserRef } from './lookup.js';
export { hashPassword, PASSWORD_LENGTH_MIN, passwordMatches, validPassword } from './password.js';
export { userGet } from './policies.js';
