import { PrecedeError } from '../errors/index.ts';

declare const provided: unique symbol;

/** A typed name for something that task bodies need and that the embedding program provides, such as SSH sessions. */
export interface Service<Provided> {
  readonly name: string;
  readonly [provided]?: Provided;
}

/** A service together with what implements it in this process. */
export interface ProvidedService {
  readonly name: string;
  readonly implementation: unknown;
}

/** Names a service. The name is unique within a program. */
export function defineService<Provided>(name: string): Service<Provided> {
  return { name };
}

/** Pairs a service with its implementation, for `createEngine({ services })` and `inspectPlan(plan, { services })`. */
export function provide<Provided>(service: Service<Provided>, implementation: Provided): ProvidedService {
  return { name: service.name, implementation };
}

/** A task body asked for a service that the program did not provide. */
export class ServiceMissingError extends PrecedeError<'SERVICE_MISSING'> {
  constructor(name: string, known: readonly string[]) {
    super('SERVICE_MISSING', {
      message: `No service named "${name}" is provided. Provided: ${known.join(', ') || 'none'}.`,
      next: `Pass it: createEngine({ services: [provide(${name}, implementation)] }).`,
      details: { name },
    });
  }
}

/** Looks services up by their typed names. */
export function serviceLookup(services: readonly ProvidedService[]): <P>(service: Service<P>) => P {
  const byName = new Map(services.map((service) => [service.name, service.implementation]));
  return <P>(service: Service<P>): P => {
    if (!byName.has(service.name)) throw new ServiceMissingError(service.name, [...byName.keys()]);
    // The pairing in provide() is what makes this cast true.
    return byName.get(service.name) as P;
  };
}
