import { registerHooks } from 'node:module';

type ResolveHook = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>;

const ownName = 'precede';

/** Packages that a workflow file may import although nobody installed them beside it. */
const lentPackages = ['zod'];

/** Running unbuilt, the name must lead to the source; installed, the package's plain exports lead to the build. */
const ownConditions = import.meta.url.endsWith('.ts') ? ['@precede/source'] : [];

/**
 * From here on, `precede` and `precede/…` mean this very package for every module of the process, wherever it lies:
 * a workflow file needs no package around it, and never meets a second copy of the engine. `zod` is lent to files
 * that cannot find one themselves. Call it once, before the first workflow is imported.
 */
export function resolveOwnName(): void {
  registerHooks({ resolve });
}

const resolve: ResolveHook = (specifier, context, nextResolve) => {
  const asFromHere = { ...context, parentURL: import.meta.url };
  if (specifier === ownName || specifier.startsWith(`${ownName}/`)) {
    return nextResolve(specifier, { ...asFromHere, conditions: [...context.conditions, ...ownConditions] });
  }
  if (!lentPackages.includes(specifier)) return nextResolve(specifier, context);
  try {
    return nextResolve(specifier, context);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return nextResolve(specifier, asFromHere);
  }
};

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}
