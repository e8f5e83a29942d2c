import { describe, expect, it } from 'vitest';
import { toSubtaskLog, type SubtaskLogLine, type SubtaskLogParts } from '../../src/ocp/index.ts';
import { subtaskLogBytesMax } from '../../src/ocp/subtask-log.ts';
import type { RunEvent } from '../../src/state/index.ts';

const at = Date.UTC(2021, 2, 2, 3, 6, 34, 0);
const error = { code: 'NO_ROOM', message: 'the disk is full', next: 'Make room.' };
const by = 'kim';

const started: RunEvent = { type: 'task-started', task: 0, attempt: 1, atMs: at };

const parts: SubtaskLogParts = {
  run: {
    id: 107_720,
    context: { stringMap: { cluster_id: '21' }, listMap: { host_ids: ['1', '2'] } },
    utcOffsetMinutes: 480,
  },
  task: { index: 0, id: 129_369, name: 'Install rpm', key: 'host:2/Install rpm', parallelIdx: 1 },
  events: [{ type: 'run-started', by, atMs: at }, started, succeeded(2_000)],
  lines: [],
  pid: 4_711,
};

describe('the log of a task', () => {
  it('is one attempt after the other, as the documented text has them', () => {
    const log = toSubtaskLog({
      ...parts,
      events: [
        { type: 'run-started', by, atMs: at, traceId: '24d6311f6909408f' },
        started,
        { type: 'task-failed', task: 0, error, atMs: at + 1_500 },
        { type: 'tasks-retried', tasks: [0], by, atMs: at + 9_000, traceId: '00000000000000aa' },
        { type: 'task-started', task: 0, attempt: 2, atMs: at + 9_000 },
        succeeded(10_740),
      ],
      lines: [line(120, 'fetching'), line(1_499, 'rpm:\n  no space left\n', 'output'), line(9_001, 'again', 'warn', 2)],
    });
    const injected = (time: string, operation: string): string =>
      `latest_execution_start_time=${time}, cluster_id=21, task_instance_id=107720, task_operation=${operation}, ` +
      'sub_task_instance_id=129369';
    const named = 'Subtask 129369 "Install rpm" (host:2/Install rpm) begins: Context(parallelIdx=1, stringMap={';
    const first = '[execute-1,24d6311f6909408f,]';
    const second = '[retry-2,00000000000000aa,]';
    const expected = [
      '############EXECUTE2021-03-02T11:06:34+08:00############',
      `2021-03-02 11:06:34.000  INFO 4711 --- ${first} precede.engine : ${named}…}, listMap={host_ids=[1, 2]})`,
      `2021-03-02 11:06:34.120  INFO 4711 --- ${first} precede.task : fetching`,
      `2021-03-02 11:06:35.499  INFO 4711 --- ${first} precede.output : rpm:\n      no space left`,
      `2021-03-02 11:06:35.500 ERROR 4711 --- ${first} precede.engine : [NO_ROOM] the disk is full\n    Make room.`,
      `2021-03-02 11:06:35.500  INFO 4711 --- ${first} precede.engine : ${set('EXECUTE', 'FAILED')}`,
      '############RETRY2021-03-02T11:06:43+08:00############',
      `2021-03-02 11:06:43.000  INFO 4711 --- ${second} precede.engine : ${named}…}, listMap={host_ids=[1, 2]})`,
      `2021-03-02 11:06:43.001  WARN 4711 --- ${second} precede.task : again`,
      `2021-03-02 11:06:44.740  INFO 4711 --- ${second} precede.engine : ${set('RETRY', 'SUCCESSFUL')}`,
    ];
    expect(log.replaceAll(/stringMap=\{[^}]*\}/g, 'stringMap={…}')).toBe(`${expected.join('\n\n')}\n`);
    const maps = [...log.matchAll(/stringMap=\{([^}]*)\}/g)].map(([, map = '']) => map.split(', ').toSorted());
    expect(maps).toEqual([
      injected('2021-03-02T11:06:34+08:00', 'execute').split(', ').toSorted(),
      injected('2021-03-02T11:06:43+08:00', 'retry').split(', ').toSorted(),
    ]);
  });

  it('has the separator and the end of an attempt that logged nothing', () => {
    expect(messagesOf(toSubtaskLog(parts))).toEqual([
      ...['############EXECUTE', 'Subtask 129369', set('EXECUTE', 'SUCCESSFUL')].map(beginning),
    ]);
  });

  it('is empty before the task begins, and open while it runs', () => {
    expect(toSubtaskLog({ ...parts, events: [] })).toBe('');
    expect(messagesOf(toSubtaskLog({ ...parts, events: [started], lines: [line(1, 'working')] })).at(-1)).toBe(
      'working',
    );
  });

  it('says who skipped a task, who cancelled it and who resolved it', () => {
    const events: readonly RunEvent[] = [
      started,
      { type: 'task-cancelling', task: 0, by, atMs: at + 10 },
      { type: 'task-outcome-unknown', task: 0, error, atMs: at + 30 },
      { type: 'task-resolved-failed', task: 0, error, by: 'ops', atMs: at + 40 },
      { type: 'task-skipped', task: 0, by, atMs: at + 50 },
      { type: 'task-rollback-started', task: 0, atMs: at + 60 },
      { type: 'task-rolled-back', task: 0, atMs: at + 70 },
    ];
    const log = toSubtaskLog({ ...parts, events, lines: [line(5, 'before'), line(20, 'after')] });
    expect(messagesOf(log)).toEqual([
      beginning('############EXECUTE'),
      beginning('Subtask 129369'),
      'before',
      beginning('############CANCEL2021-03-02T11:06:34.01+08:00####'),
      'Cancelled by kim.',
      'after',
      beginning('[NO_ROOM]'),
      beginning('Nobody knows'),
      'Resolved as FAILED by ops.',
      beginning('[NO_ROOM]'),
      set('CANCEL', 'FAILED'),
      beginning('############SKIP'),
      beginning('Subtask 129369'),
      'Skipped by kim.',
      set('SKIP', 'SUCCESSFUL'),
      beginning('############ROLLBACK'),
      beginning('Subtask 129369'),
      set('ROLLBACK', 'PENDING'),
    ]);
  });

  it('hides the values of keys that are called like secrets', () => {
    const context = {
      stringMap: {
        ...{ root_password: 'hush', 'ssh.key': 'hush', accessToken: 'hush', CONFIG: 'hush', storage_uri: 'hush' },
        ...{ credentialsOfHost: 'hush', monkey: 'shown', keyboard: 'shown' },
      },
      listMap: { secret: ['hush', 'hush'], host_ids: ['shown'] },
    };
    const log = toSubtaskLog({ ...parts, run: { ...parts.run, context } });
    expect(log).not.toContain('hush');
    expect(log.match(/shown/g)).toHaveLength(3);
    expect(log).toContain('secret=[[secret], [secret]]');
  });

  it('takes nothing from a context that is known as text alone', () => {
    const log = toSubtaskLog({ ...parts, run: { ...parts.run, context: 'Context(password=hush)' } });
    expect(log).not.toContain('hush');
    expect(log).toContain('task_instance_id=107720');
  });

  it('lets nobody write a separator or a head of his own, nor turn the text or the terminal', () => {
    const forged =
      'a\n############EXECUTE2021-03-02T11:06:34+08:00############\n2021-03-02 11:06:34.000  INFO\r\u202eb\u001b[2J';
    const log = toSubtaskLog({ ...parts, lines: [line(1, forged)] });
    expect(log.split('\n').filter((one) => one.startsWith('####'))).toHaveLength(1);
    expect(log).toContain('\n    2021-03-02 11:06:34.000  INFOb\n');
  });

  it('tells lines that came with the next attempt by their number, and keeps late ones with theirs', () => {
    const log = toSubtaskLog({
      ...parts,
      events: [
        started,
        { type: 'task-failed', task: 0, error, retryAtMs: at + 50, atMs: at + 50 },
        { type: 'task-started', task: 0, attempt: 2, atMs: at + 50 },
        succeeded(60),
      ],
      lines: [line(50, 'last words'), line(50, 'first words', 'info', 2), line(90, 'afterthought', 'info', 2)],
    });
    expect(messagesOf(log).filter((message) => !message.startsWith('Subtask'))).toEqual([
      ...[beginning('############'), 'last words', beginning('[NO_ROOM]'), set('EXECUTE', 'FAILED')],
      ...[beginning('############'), 'first words', 'afterthought', set('EXECUTE', 'SUCCESSFUL')],
    ]);
  });

  it('takes no trace id that would break the head of a line', () => {
    const events = [{ type: 'run-started', by, atMs: at, traceId: 'a,b] x' } as RunEvent, started];
    expect(toSubtaskLog({ ...parts, events })).toContain('[execute-1,,]');
  });

  it('leaves the oldest lines out where it would be longer than 5 MB, and says how many', () => {
    const lines = Array.from({ length: 6_000 }, (_, index) => line(1, `${index} ${'é'.repeat(500)}`));
    const log = toSubtaskLog({ ...parts, lines });
    const [note = '', first = ''] = log.split('\n\n');
    const kept = log.split('\n\n').length - 1;
    // A separator, a context and an end belong to it, besides the lines.
    expect(note).toBe(
      `The log is longer than 5000000 bytes: its ${lines.length + 3 - kept} oldest lines are left out.`,
    );
    expect(first).toContain(` : ${lines.length + 1 - kept} é`);
    expect(Buffer.byteLength(log)).toBeLessThanOrEqual(subtaskLogBytesMax);
    expect(Buffer.byteLength(log)).toBeGreaterThan(subtaskLogBytesMax - 2_000);
    expect(log.trimEnd().endsWith(set('EXECUTE', 'SUCCESSFUL'))).toBe(true);
  });
});

function succeeded(afterMs: number): RunEvent {
  return { type: 'task-succeeded', task: 0, output: null, atMs: at + afterMs };
}

function line(afterMs: number, text: string, level: SubtaskLogLine['level'] = 'info', attempt = 1): SubtaskLogLine {
  return { atMs: at + afterMs, attempt, level, text };
}

function set(operation: string, state: string): string {
  return `Set state of subtask 129369: operation ${operation}, state ${state}`;
}

/** What each entry says, without its head and its further lines. */
function messagesOf(log: string): readonly string[] {
  return log
    .split('\n')
    .filter((one) => /^[#\d]/.test(one))
    .map((one) => one.replace(/^\d.*? : /, ''));
}

function beginning(text: string): unknown {
  return expect.stringContaining(text);
}
