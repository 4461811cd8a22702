// What a tool is to us, and its one adapter to the MCP library: arguments checked, refusals and faults turned into answers.

import type { CallToolResult, McpServer, ServerContext, ToolAnnotations } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { asOperatorError } from '../../lib/errors.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Caller } from '../../model/caller.ts';
import { internal } from '../fault-mapping.ts';
import type { Services } from '../services.ts';
import { renderToolError, sentence, type ToolError } from '../tool-error.ts';
import { type ArgumentProblems, argumentSchema, resultSchema } from './argument-schema.ts';

export interface ToolCall {
  readonly caller: Caller;
  readonly services: Services;
  readonly signal: AbortSignal;
  /** Tells a client that asked for progress; `step` must rise. */
  readonly progress: (progress: { readonly step: number; readonly total: number; readonly message: string }) => void;
}

export interface ToolAnswer<Output> {
  /** Prose for models. */
  readonly text: string;
  /** The same for programs. */
  readonly structured: Output;
  /** A result that is also a failure, for example a command that ran out of time with partial output. */
  readonly isError?: boolean;
}

export interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** All four, always: the defaults of the protocol are the worst case. */
  readonly annotations: Required<Omit<ToolAnnotations, 'title'>>;
  readonly input: Input;
  readonly output: Output;
  run(input: z.output<Input>, call: ToolCall): Promise<Result<ToolAnswer<z.output<Output>>, ToolError>>;
}

/** A tool without its type parameters, for lists. */
export interface Tool {
  readonly name: string;
  register(server: McpServer, context: ToolContext): void;
}

export interface ToolContext {
  /** Who calls; asked per call, because a legacy connection outlives a single request. */
  readonly caller: () => Caller;
  readonly services: Services;
}

/** `_meta` key of the machine-readable part of an error: structuredContent must fit the result schema, so it cannot hold it. */
const ERROR_META = 'mcpsession.dev/error';

export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: ToolDefinition<Input, Output>,
): Tool {
  const inputSchema = argumentSchema(definition.input);
  const outputSchema = resultSchema(definition.output);
  const { name, title, description } = definition;
  const annotations = { title, ...definition.annotations };
  return {
    name,
    register(server, context) {
      server.registerTool(
        name,
        { title, description, annotations, inputSchema, outputSchema },
        async (parsed, request) => {
          const answer = await runTool(definition, parsed, callOf(context, request));
          return answer.ok ? successResult(answer.value) : errorResult(answer.error);
        },
      );
    },
  };
}

async function runTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: ToolDefinition<Input, Output>,
  parsed: Result<z.output<Input>, ArgumentProblems>,
  call: ToolCall,
): Promise<Result<ToolAnswer<z.output<Output>>, ToolError>> {
  if (!parsed.ok) return err(invalidArgument(definition.name, parsed.error));
  const { parts } = call.services;
  try {
    return await definition.run(parsed.value, call);
  } catch (thrown) {
    const fault = asOperatorError(thrown);
    const requestId = parts.newId().slice(0, 16);
    if (!call.signal.aborted)
      parts.log.error('tool call failed', { tool: definition.name, requestId, kind: fault.kind, error: fault.message });
    return err(internal(fault, requestId));
  }
}

/** For argument rules that a schema can not say. */
export const invalidArgument = (tool: string, problems: ArgumentProblems): ToolError => ({
  code: 'INVALID_ARGUMENT',
  what: problems.map(sentence).join(' '),
  next: `call ${tool} again with these arguments changed`,
});

export const answer = <Output>(text: string, structured: Output): Result<ToolAnswer<Output>, never> =>
  ok({ text, structured });

function callOf(context: ToolContext, request: ServerContext): ToolCall {
  const { signal, notify, _meta } = request.mcpReq;
  const token = _meta?.progressToken;
  let last = 0;
  return {
    caller: context.caller(),
    services: context.services,
    signal,
    progress: ({ step, total, message }) => {
      if (token === undefined || step <= last) return;
      last = step;
      const params = { progressToken: token, progress: step, total, message };
      // Progress is a courtesy: a client that is gone is noticed by the call itself.
      notify({ method: 'notifications/progress', params }).catch(() => {});
    },
  };
}

function successResult(value: ToolAnswer<Record<string, unknown>>): CallToolResult {
  const content = [{ type: 'text' as const, text: value.text }];
  return { content, structuredContent: value.structured, ...(value.isError === true ? { isError: true } : {}) };
}

function errorResult(error: ToolError): CallToolResult {
  const { code, retryAfterSeconds } = error;
  const meta = retryAfterSeconds === undefined ? { code } : { code, retry_after_seconds: retryAfterSeconds };
  return { content: [{ type: 'text', text: renderToolError(error) }], isError: true, _meta: { [ERROR_META]: meta } };
}
