// Runs the fault tests and tells, at the end, what each kind of fault came to and all of them together.
// `--soak` takes the sizes for a night instead of those for every commit.
import { runWithFigures } from './figures-run.ts';

/** Sizes by environment variable; whoever sets one has the last word. Unset means the size for every commit. */
const soakSizes = {
  PRECEDE_KILLS: '1000',
  PRECEDE_SERIES: '200',
  PRECEDE_PAUSES: '200',
  PRECEDE_TORN: '10000',
  PRECEDE_INJECTED: '300',
  PRECEDE_CUTS: '400',
  PRECEDE_TRIALS: '300',
  PRECEDE_SEQUENCES: '200000',
};

const [mode, ...others] = process.argv.slice(2);
const isSoak = mode === '--soak';
const files = isSoak ? others : process.argv.slice(2);

const config = '.config/vitest.faults.config.ts';
process.exit(runWithFigures({ title: 'Fault tests', config, files, env: isSoak ? soakSizes : {} }));
