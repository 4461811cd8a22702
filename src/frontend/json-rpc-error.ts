// Errors of the MCP endpoint that no request id belongs to.

/** JSON-RPC 2.0 error answer; codes -32700 and -32600 are the specification's, -32000 and -32001 the library's. */
export function jsonRpcError(
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(
    { jsonrpc: '2.0', error: { code, message }, id: null },
    { status, headers: { 'cache-control': 'no-store', ...headers } },
  );
}
