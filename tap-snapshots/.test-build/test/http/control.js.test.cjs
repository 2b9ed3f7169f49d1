/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`.test-build/test/http/control.js > TAP > mistakes in rules are problems with JSON pointers, and no rule is added > the problem document 1`] = `
{
  "type": "about:blank",
  "status": 400,
  "title": "Bad Request",
  "detail": "the body has 4 mistakes",
  "errors": [
    {
      "detail": "unknown key \\"pspID\\" in a match (did you mean pspId?)",
      "pointer": "#/rules/1/match/pspID"
    },
    {
      "detail": "\\"SUCESS\\" is not a result code (did you mean SUCCESS?)",
      "pointer": "#/rules/1/reply/0"
    },
    {
      "detail": "/(/ is not a regular expression in RE2 syntax: error parsing regexp: missing closing ): \`(\`",
      "pointer": "#/rules/1/match/acquirerId"
    },
    {
      "detail": "the delay 2h is longer than an hour; fault: no-reply never ends",
      "pointer": "#/rules/1/reply/1/delay"
    }
  ]
}
`
