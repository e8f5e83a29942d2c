export { LimitPool } from './limit-pool.ts';
export type { RoomListener } from './limit-pool.ts';
export { estimateMakespan, requireConcurrency } from './makespan.ts';
export type { MakespanEstimate, MakespanOptions } from './makespan.ts';
export { Schedule } from './schedule.ts';
export type { ScheduleOptions } from './schedule.ts';
