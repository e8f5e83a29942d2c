import { EventEmitter } from 'eventemitter3';
import type { Notice, NoticeKind, NoticeOf } from './run-notice.ts';

/** May return a promise; nobody waits for it, but its rejection is reported. */
export type Listener<Kind extends NoticeKind> = (notice: NoticeOf<Kind>) => unknown;

/** Tells listeners. One that throws or rejects is reported and reaches neither the others nor the scheduler. */
export class NoticeBus {
  readonly #emitter = new EventEmitter<Record<NoticeKind, [Notice]>>();
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Listens; returns its own unsubscribe, safe to call twice. */
  on<Kind extends NoticeKind>(kind: Kind, listener: Listener<Kind>): () => void {
    const guarded = (notice: Notice): void => {
      // The emitter tells a kind's listeners notices of that kind only.
      this.#tell(() => listener(notice as NoticeOf<Kind>));
    };
    this.#emitter.on(kind, guarded);
    return () => {
      this.#emitter.off(kind, guarded);
    };
  }

  hasListeners(kind: NoticeKind): boolean {
    return this.#emitter.listenerCount(kind) > 0;
  }

  publish(notice: Notice): void {
    this.#emitter.emit(notice.kind, notice);
  }

  #tell(call: () => unknown): void {
    try {
      const answer = call();
      if (isThenable(answer)) Promise.resolve(answer).catch(this.#report);
    } catch (error) {
      this.#report(error);
    }
  }
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === 'object' && answer !== null && 'then' in answer;
}
