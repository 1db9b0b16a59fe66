export { findUser, findUserByName, type UserRef } from './lookup.js';
export {
  BY_SERVER,
  hashesWaiting,
  hashPassword,
  PASSWORD_LENGTH_MIN,
  passwordMatches,
  toLogIn,
  toSet,
  validPassword,
} from './password.js';
export { changingUsers, userGet } from './policies.js';
export { findById as findUserById } from './repository.js';
export { loadUser } from './service.js';
export { setEnabled, setPassword } from './state.js';
