const firstHost = 1_000;

/** In `timed` bodies take their time; in `held` the first one takes for ever; in `instant` none takes any. */
export const zones = Object.freeze({ timed: 'zone1', held: 'zone2', instant: 'zone3' });

/** The only free host of a cluster; a run claims its cluster, so that each run needs its own. */
export function hostOf(clusterId: number): number {
  return firstHost + clusterId;
}

/** Hosts beyond those of the clusters, for one large run. */
export function spareHosts(clusters: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => firstHost + clusters + 1 + index);
}
