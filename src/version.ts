// The version of this release; the build replaces nothing here, a test compares it with package.json.

export const PROGRAM_VERSION = '0.1.0';
