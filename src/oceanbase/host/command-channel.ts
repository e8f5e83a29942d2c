import type { ClientChannel } from 'ssh2';

/**
 * Ends a command as far as SSH can: asks the host to send it TERM, then closes the channel. Not every sshd ends the
 * process for that, so whoever calls this must not take the command as ended.
 */
export function terminate(channel: ClientChannel): void {
  channel.on('error', () => undefined);
  channel.resume();
  channel.stderr.resume();
  if (field(channel.outgoing, 'state') === 'closed') return;
  sendTerm(channel);
  channel.close();
}

/**
 * ssh2's own `signal()` does nothing once stdin has ended, which is the usual case, though the protocol allows it;
 * so the request goes through the protocol object that `signal()` uses. Without one, `signal()` has to do.
 */
function sendTerm(channel: ClientChannel): void {
  const protocol = field(field(channel, '_client'), '_protocol');
  const id = field(channel.outgoing, 'id');
  if (sendsSignals(protocol) && typeof id === 'number') protocol.signal(id, 'TERM');
  else channel.signal('TERM');
}

interface SignalSender {
  signal(channelId: number, signalName: string): void;
}

function sendsSignals(protocol: unknown): protocol is SignalSender {
  return typeof field(protocol, 'signal') === 'function';
}

function field(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined;
}
