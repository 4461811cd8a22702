import { expect, test } from 'vitest';
import { serverEnvironment } from '../../../../src/embedded/server/server-arguments.ts';

test('of the environment of the caller a server gets how much memory it may take, and nothing else', () => {
  const caller = {
    GOGC: '400',
    GOMEMLIMIT: '200MiB',
    GODEBUG: 'x=1',
    HOME: '/root',
    PATH: '/bin',
    HTTPS_PROXY: 'http://proxy:3128',
    ETCD_LISTEN_CLIENT_URLS: 'http://0.0.0.0:2379',
  };
  expect(serverEnvironment('/state', caller)).toEqual({ HOME: '/state', GOGC: '400', GOMEMLIMIT: '200MiB' });
});

test('what is not set stays unset, so that the default of Go holds', () => {
  expect(serverEnvironment('/state', { GOGC: undefined, PATH: '/bin' })).toEqual({ HOME: '/state' });
});
