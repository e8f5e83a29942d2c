/** What every stand-in says about itself: in the access description, in its logs, in its package. One line. */
export const standInNotice =
  'Stand-in of Precede, not OceanBase: real SSH servers, files, processes and ports on loopback, with an `observer`, ' +
  '`rpm` and `ocp_agentctl` that imitate what adding a server needs. Not modelled: data, tenants and replication, ' +
  'resource needs (memory, disk, CPU), rootserver election and failover, leases, real RPM files and dependencies, ' +
  'OCP agent functions, user accounts (every command runs as the user who started the sandbox), ' +
  'separate process tables (pid lists show the whole machine).';
