/** Fill and text of a task by its state, readable on light and dark pages. */
export const stateColours: ReadonlyMap<string, { readonly fill: string; readonly text: string }> = new Map([
  ['PENDING', { fill: '#e5e7eb', text: '#111827' }],
  ['READY', { fill: '#dbeafe', text: '#111827' }],
  ['RUNNING', { fill: '#2563eb', text: '#ffffff' }],
  ['SUCCESS', { fill: '#15803d', text: '#ffffff' }],
  ['FAILED', { fill: '#b91c1c', text: '#ffffff' }],
  ['SKIPPED', { fill: '#a16207', text: '#ffffff' }],
  ['CANCELLING', { fill: '#fdba74', text: '#111827' }],
  ['CANCELLED', { fill: '#9a3412', text: '#ffffff' }],
  ['UNKNOWN', { fill: '#7e22ce', text: '#ffffff' }],
  ['ROLLING_BACK', { fill: '#fde047', text: '#111827' }],
  ['ROLLED_BACK', { fill: '#4b5563', text: '#ffffff' }],
  ['ROLLBACK_FAILED', { fill: '#7f1d1d', text: '#ffffff' }],
]);
