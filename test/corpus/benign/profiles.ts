// What a profile allows beside the default one, and what every profile must let through (requirements.md S1.PRO, K-01, K-03).

import { corpusClass, type Spec } from '../case.ts';

const env = (name: string, value: string): Spec => ({ env: [{ name, value }] });

export const profileCases = [
  ...corpusClass('benign-development', { profile: 'development' }, [
    ...['a;b', 'a|b', 'a&b', '$(date)', '`date`', 'two\nlines'].map((value) => ({
      title: `K-01: ${JSON.stringify(value)} is warned of`,
      spec: env('SETTING', value),
      warns: ['MCPS-608'],
    })),
    { title: 'a plain session', runs: true },
    { title: 'a directory to read', spec: { mounts: [{ hostPath: '/tmp', target: '/host-tmp' }] }, runs: true },
    { title: 'an image that is not pinned', spec: { image: 'python:3.13' }, warns: ['MCPS-310'] },
    { title: 'a literal token', spec: env('API_TOKEN', 'hunter2hunter2'), warns: ['MCPS-605'] },
  ]),
  ...corpusClass('benign-production', { profile: 'production' }, [
    { title: 'a plain session with a pinned image' },
    { title: 'all limits', spec: { resources: { cpu: '4', memory: '2Gi', pids: 512 } } },
    { title: 'a program of the allow list', spec: { command: ['cat', '/workspace/variables'] } },
    { title: 'a URL as a value', spec: env('BASE_URL', 'https://example.com/?a=b&c=d') },
    { title: 'a UUID as a value', spec: env('REQUEST', '123e4567-e89b-12d3-a456-426614174000') },
  ]),
  ...corpusClass('benign-investigation', { profile: 'investigation' }, [
    { title: 'a plain session', runs: true },
    { title: 'a directory to look at', spec: { mounts: [{ hostPath: '/tmp', target: '/evidence' }] }, runs: true },
    { title: 'a program of the allow list', spec: { command: ['ls', '-la'] } },
  ]),
  ...corpusClass('benign-random-values', {}, [
    {
      title: 'S0.L3.02: a value that looks like a key, which is warned of',
      spec: env('SETTING', 'q7Zp2LkX9vB4nR8tY1wE6uD3sF5gH0jM'),
      warns: ['MCPS-613'],
    },
    { title: 'K-12: words in camel case', spec: env('SETTING', 'theQuickBrownFoxJumpsOverTheLazyDog') },
    { title: 'K-12: a long path', spec: env('SETTING', '/usr/share/doc/libgcc-s1/changelog.Debian.gz') },
    { title: 'K-12: a MIME type', spec: env('SETTING', 'application/vnd.openxmlformats-officedocument') },
  ]),
];
