import { describe, expect, it } from 'vitest';
import { packageUrlProblem } from '../../../src/oceanbase/inventory-file/package-url.ts';

describe('the URL of a package', () => {
  it.each(['https://mirror.example/a.rpm', 'http://10.0.0.1:8080/a.rpm', 'http://[2001:db8::1]/a.rpm'])(
    'may be %s',
    (url) => {
      expect(packageUrlProblem(url)).toBeUndefined();
    },
  );

  it.each([
    'file:///etc/passwd',
    'ftp://mirror/a.rpm',
    'mirror/a.rpm',
    'http://169.254.169.254/latest',
    'http://0xa9fea9fe/latest',
    'http://2852039166/latest',
    'http://0251.0376.0251.0376/latest',
    'http://[::ffff:169.254.169.254]/latest',
    'http://[fe80::1]/a.rpm',
    'http://0.0.0.0/a.rpm',
    'http://[::]/a.rpm',
    'https://user@mirror/a.rpm',
    'https://:canary@mirror/a.rpm',
  ])('may not be %s', (url) => {
    expect(packageUrlProblem(url)?.message).not.toContain('canary');
    expect(packageUrlProblem(url)).toBeDefined();
  });
});
