import { describe, expect, test } from 'vitest';
import { INSTRUCTIONS } from '../../../../src/frontend/mcp-server.ts';
import { TOOL_ERROR_CODES } from '../../../../src/frontend/tool-error.ts';
import { ALICE, frontendWorld } from '../../../support/frontend-fakes.ts';
import { clientOf, endpointOf } from '../in-process.ts';

const GOLDEN = new URL('./tools-list.golden.txt', import.meta.url);

async function listTools() {
  const endpoint = endpointOf(frontendWorld());
  const client = await clientOf(endpoint, ALICE);
  const { tools } = await client.listTools();
  await client.close();
  await endpoint.close();
  return tools;
}

describe('tools/list', () => {
  test('is the golden list, byte for byte', async () => {
    await expect(`${JSON.stringify(await listTools(), null, 2)}\n`).toMatchFileSnapshot(GOLDEN.pathname);
  });

  test('fits 16 KB and holds nothing that costs tokens and says nothing', async () => {
    const text = JSON.stringify(await listTools());
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16 * 1024);
    expect(text).not.toContain('$schema');
    expect(text).not.toContain('9007199254740991');
    expect(Buffer.byteLength(INSTRUCTIONS)).toBeLessThanOrEqual(1536);
  });

  test('S2.STR.01: every tool has all four annotations, a title, an output schema and closed arguments', async () => {
    for (const tool of await listTools()) {
      expect(Object.keys(tool.annotations ?? {}).toSorted()).toEqual([
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
        'title',
      ]);
      expect(tool.outputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    }
  });

  test('no text mentions a tool that does not exist', async () => {
    const tools = await listTools();
    const names = new Set(tools.map(({ name }) => name));
    const text = JSON.stringify(tools) + INSTRUCTIONS;
    const mentioned = text.match(/\b(session|policy)_[a-z_]+\b/g) ?? [];
    expect([...new Set(mentioned)].filter((name) => !names.has(name))).toEqual([]);
  });

  test('the warnings that people and models need are in the descriptions', async () => {
    const tools = new Map((await listTools()).map((tool) => [tool.name, JSON.stringify(tool)]));
    expect(tools.get('session_exec')).toContain('untrusted');
    expect(tools.get('session_create')).toContain('no secrets here');
    expect(TOOL_ERROR_CODES).toHaveLength(new Set(TOOL_ERROR_CODES).size);
  });
});
