// Names of the MCP tools, in the order in which clients see them; a fixed order keeps prompt caches warm.

export const TOOL_NAMES = [
  'session_create',
  'session_list',
  'session_get',
  'session_exec',
  'session_exec_output',
  'session_logs',
  'session_list_files',
  'session_read_file',
  'session_write_file',
  'session_extend',
  'session_delete',
  'policy_check',
] as const;

export type ToolName = (typeof TOOL_NAMES)[number];
