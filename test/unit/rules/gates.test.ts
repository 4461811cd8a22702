// What `mcpsession rules` and docs/rules.md say of where a rule is asked, proved by breaking every rule at every one of these gates.

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CONTAINER_SNIPPETS } from '../../../hack/rules/container-snippets.ts';
import { TEXT_SNIPPETS } from '../../../hack/rules/text-snippets.ts';
import type { ContainerSpec } from '../../../src/model/container.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import { type ExplainedRule, explainedRules, type Gate } from '../../../src/rules/explain.ts';
import type { ChosenPolicies } from '../../../src/rules/profile-choice.ts';
import { benignCases } from '../../corpus/benign/index.ts';
import { type CorpusCase, corpusClass, type RuleIds } from '../../corpus/case.ts';
import { atCheck, atController, atFrontend, atWebhook, type GateVerdict, policiesFor } from '../../corpus/gates.ts';
import { hostileCases } from '../../corpus/hostile/index.ts';
import { NODE_ASKS } from '../../support/node-gate.ts';
import { chosenPolicies } from '../../support/policies.ts';
import { named, REQUEST_ASKS } from '../../support/request-gates.ts';
import { aWorld, runToRest } from '../../support/story.ts';

const rules = explainedRules();
const ofSubject = (subject: ExplainedRule['subject']) => rules.filter((rule) => rule.subject === subject);
const EVERY_GATE: readonly Gate[] = ['cli', 'frontend', 'webhook', 'placement', 'controller'];

interface Breach {
  readonly given: CorpusCase;
  readonly policies: ChosenPolicies;
}

const SESSION_GATES: Readonly<Record<'cli' | 'frontend' | 'webhook' | 'controller', (breach: Breach) => GateVerdict>> =
  {
    cli: ({ given, policies }) => atCheck(given, policies),
    frontend: ({ given, policies }) => atFrontend(given, policies),
    webhook: ({ given, policies }) => atWebhook(given, policies),
    controller: ({ given, policies }) => atController(given, policies),
  };

describe('a rule about sessions is asked at every gate that is named, and at no other', () => {
  test.each(ofSubject('session'))('$id $title', (rule) => {
    const breach = breachOf(rule);
    const asking = Object.entries(SESSION_GATES).filter(([, ask]) => idsOf(rule, ask(breach)).includes(rule.id));
    expect(asking.map(([gate]) => gate)).toEqual(rule.enforcedAt);
  });
});

describe('a rule about the request is asked at every gate that is named', () => {
  test.each(ofSubject('request'))('$id $title', async ({ id, enforcedAt }) => {
    const asks = REQUEST_ASKS[id] ?? {};
    expect(Object.keys(asks)).toEqual(enforcedAt);
    for (const [gate, ask] of Object.entries(asks)) expect(await ask(), gate).toEqual([id]);
  });
});

describe('a rule that only the node can ask keeps the container from being made, or ends it', () => {
  test.each(ofSubject('node'))('$id $title', ({ id, enforcedAt }) => {
    expect(enforcedAt).toEqual(['controller']);
    expect(NODE_ASKS[id]?.()).toEqual([id]);
  });
});

/** What is bad on a container that has our name and the session init, where the example has neither. */
const OF_OUR_OWN: Readonly<Record<string, Partial<ContainerSpec>>> = {
  'MCPS-928': { imageId: 'busybox:1' },
  'MCPS-930': { openStdin: false },
};

describe('a container that the engine made otherwise than it was approved is removed, and the session says why', () => {
  test.each(ofSubject('container'))('$id $title', ({ id, enforcedAt }) => {
    expect(enforcedAt).toEqual(['controller']);
    const bad = OF_OUR_OWN[id] ?? CONTAINER_SNIPPETS[id]?.bad;
    if (bad === undefined) throw new Error(`hack/rules/container-snippets.ts has no ${id}`);
    const world = aWorld({ tamper: (container) => ({ ...container, spec: { ...container.spec, ...bad } }) });
    runToRest(world);
    const ready = world.session?.status.conditions?.find(({ type }) => type === 'Ready');
    expect(world.containers).toEqual([]);
    expect(ready?.reason).toBe('IsolationFailed');
    expect(named(ready?.message ?? '')).toContain(id);
  });
});

test('no rule is asked nowhere, and gates are named in the order in which a session passes them', () => {
  for (const { id, enforcedAt } of rules) {
    expect(enforcedAt, id).not.toEqual([]);
    expect(enforcedAt, id).toEqual(EVERY_GATE.filter((gate) => enforcedAt.includes(gate)));
  }
});

const idsOf = ({ severity }: ExplainedRule, { refuses, warns }: GateVerdict): RuleIds =>
  severity === 'deny' ? refuses : (warns ?? []);

/** The bad example of the rule under the policy it is bad under; a case of the corpus where the example is only told. */
function breachOf({ id, bad }: ExplainedRule): Breach {
  const snippet = TEXT_SNIPPETS[id];
  if (snippet?.policy === null) return fromCorpus(id);
  const { labels: _unseen, annotations, ...spec } = fieldsOf(id, bad);
  const [given] = corpusClass('gates', { want: [id] }, [{ title: bad, spec, ...(annotations && { annotations }) }]);
  if (given === undefined) throw new Error('a class of one row has one case');
  return { given, policies: chosenPolicies(snippet?.policy ?? {}) };
}

type Fields = SessionSpecInput & { readonly labels?: unknown; readonly annotations?: Record<string, string> };

function fieldsOf(id: string, bad: string): Fields {
  // The front end writes no labels, so the rule about keys is broken by an annotation, which every gate sees.
  if (id === 'MCPS-602') return { annotations: { 'mcpsession.dev/uid': 'x' } } as unknown as Fields;
  return parse(`{${bad}}`) as Fields; // our own examples; each gate reads the spec with the schema
}

function fromCorpus(id: string): Breach {
  const given = [...hostileCases, ...benignCases].find(({ want, warns }) => [...want, ...warns].includes(id));
  if (given === undefined) throw new Error(`${id} has neither an example that can be judged nor a case in test/corpus`);
  return { given, policies: policiesFor(given) };
}
