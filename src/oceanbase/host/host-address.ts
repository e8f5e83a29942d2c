interface HostPlace {
  readonly id: number | string;
  /** An IP address or a name. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The host's public key, one line as in `ssh_host_ed25519_key.pub`. Any other key is refused. */
  readonly hostKey: string;
}

/**
 * Where a host is and how it is known. The private key, in OpenSSH or PEM form and without a passphrase, is given
 * itself or as the file that holds it (which nobody else may read). It is never shown, logged or put in errors.
 */
export type HostAddress = HostPlace & ({ readonly privateKey: Buffer | string } | { readonly keyFile: string });
