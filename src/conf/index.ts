/** The door of the configuration room. */
export { Secret, secret } from './secret.ts';
export {
  compareVersions,
  formatServerName,
  parseServerName,
  parseVersion,
  versionAtLeast,
  type Product,
  type ServerVersion,
} from './product-version.ts';
