export {
  accessKeyIn,
  createAccessKey,
  keysSealedElsewhere,
  listAccessKeys,
  readAccessKey,
  removeAccessKey,
  unsealSecretKey,
  type AccessKeyRecord,
  type NewAccessKey,
} from './access-keys.ts';
export { createAuthenticator, type Authenticator, type AuthenticatorOptions, type Verdict } from './authenticator.ts';
export { openKeyFile } from './key-file.ts';
export { hashPassword, verifyPassword } from './password-hash.ts';
export { acceptablePassword, generatePassword } from './password.ts';
export { requireRoles } from './required-roles.ts';
export { type Action, type Domain } from './role-pattern.ts';
export { adminRole, permits, roleNames, type Permission } from './roles.ts';
export { useSignature, type UsedSignature } from './used-signatures.ts';
export { firstUserName, requireUserName, type UserRecord } from './user-record.ts';
export { listUsers, readUser, requireUser, userIn } from './user-rows.ts';
export { addUser, removeUser, setPasswordHash, setRoles, type NewUser } from './users.ts';
