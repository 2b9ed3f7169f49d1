#!/bin/sh
# A test of a caller, here curl, against a running simulator. Start one with `mpp-sim`, then:
#
#     sh examples/cancel-payment.sh
#
# Without MPP_SIM_URL, each run takes a namespace of its own, so that any number of them can share one simulator.
set -eu

mpp="${MPP_SIM_URL:-http://127.0.0.1:8080/ns/example-$$}"
json='Content-Type: application/json'

control() { # METHOD PATH [BODY]
  curl -sS --fail-with-body -X "$1" "$mpp/__admin$2" ${3:+-H "$json" -d "$3"}
}

cancel() { # PAYMENT_REQUEST_ID
  curl -sS "$mpp/v1/payments/cancelPayment" -H "$json" \
    -d '{"acquirerId":"1022188000000000001","pspId":"1022172000000000001","paymentRequestId":"'"$1"'"}'
}

expect() { # WHAT TEXT PART
  case $2 in
    *"$3"*) echo "ok: $1" ;;
    *) echo "not ok: $1: expected $3 in $2" >&2; exit 1 ;;
  esac
}
control POST /rules '{"name":"once","match":{"paymentRequestId":"A*"},"reply":["UNKNOWN_EXCEPTION","SUCCESS"]}' >/dev/null

expect 'the first answer is unknown' "$(cancel A1)" '"resultCode":"UNKNOWN_EXCEPTION"'
sleep 0.2
expect 'the second one is success' "$(cancel A1)" '"resultCode":"SUCCESS"'
expect 'the ledger has the final result' "$(control GET /ledger/A1)" '"attempts":2'
expect 'the journal has both calls' "$(control GET '/requests?paymentRequestId=A1')" '"total":2'
expect 'nothing is said against the caller' "$(control GET /report)" '"verdicts":[]'
