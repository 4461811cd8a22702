// Whole values in which separators are ordinary: URL or DSN, JSON document, PEM block, connection string (K-01, design.md 8.2).
// A shape must cover the whole value: text before or after it is not exempt.

// Schemes may be stacked, as in "jdbc:postgresql://". Blanks, quotes, backslashes and backticks never stand in a URL as such.
const URL_SHAPE = /^(?:[A-Za-z][A-Za-z0-9+.-]*:){1,3}\/\/[^\s'"`\\<>]+$/;
// Go's database drivers: user:password@tcp(host:3306)/name?a=b&c=d
const DRIVER_DSN = /^[^\s'"`\\<>/]*@(?:tcp|udp|unix)\([^\s'"`\\<>()]*\)\/[^\s'"`\\<>]*$/;
const PEM = /^(?:-----BEGIN ([A-Z0-9 ]{1,64})-----\r?\n[A-Za-z0-9+/=\r\n]+-----END \1-----(?:\r?\n)*)+$/;
// "key=value;key=value", as database and cloud clients take it; every part is a key with a value.
const CONNECTION_STRING = /^[A-Za-z][A-Za-z0-9 _.-]*=[^;|&\r\n]*(?:;[A-Za-z][A-Za-z0-9 _.-]*=[^;|&\r\n]*)+;?$/;

/** Whether the value is one of the shapes as a whole. Command substitution is judged apart, since no URL needs it unencoded. */
export function isExemptShape(value: string): boolean {
  return isUrl(value) || DRIVER_DSN.test(value) || PEM.test(value) || CONNECTION_STRING.test(value);
}

const isUrl = (value: string): boolean => URL_SHAPE.test(value) && URL.canParse(withOneHost(value));

// Clients of replicated databases take several hosts, of which a URL has one: mongodb://a:27017,b:27017/name
const withOneHost = (url: string): string => url.replace(/^([^/?#]*:\/\/(?:[^@/?#]*@)?[^,/?#@]+)(?:,[^,/?#@]+)+/, '$1');

/** One whole JSON object or array. */
export function isJsonDocument(value: string): boolean {
  if (!/^\s*[[{]/.test(value)) return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false; // not JSON: the ordinary rule applies
  }
}
