import { openKeyFile } from '../../src/access/key-file.ts';

/** Opens the key file of its argument as soon as the file beside it that all wait for is there, and prints the key. */
const [, , file = ''] = process.argv;
process.stdin.once('data', () => {
  process.stdout.write(openKeyFile(file).export().toString('hex'));
  process.exitCode = 0;
  process.stdin.destroy();
});
process.stdout.write('ready ');
