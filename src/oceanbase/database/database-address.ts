/** Where a database server is and how to log in. The password is never shown, logged or put in errors. */
export interface DatabaseAddress {
  /** An IP address or a name. */
  readonly host: string;
  /** The SQL port, 2881 on an observer. */
  readonly port: number;
  /** As the server wants it, with the tenant: `root@sys`. */
  readonly user: string;
  readonly password: string;
  readonly database?: string | undefined;
}
