// @ts-nocheck
// Made by AJV from cancelPaymentRequestSchema; npm run generate writes it anew.
/* c8 ignore start - this is AJV's code, as test/generated.ts asserts, and tested there */
export const isValidCall = validate0;const schema0 = {"type":"object","required":["acquirerId","pspId","paymentRequestId"],"properties":{"acquirerId":{"type":"string","minLength":1,"maxLength":64},"pspId":{"type":"string","minLength":1,"maxLength":64},"paymentRequestId":{"type":"string","minLength":1,"maxLength":64}}};const func0 = function ucs2length(str) {
    const len = str.length;
    let length = 0;
    let pos = 0;
    let value;
    while (pos < len) {
        length++;
        value = str.charCodeAt(pos++);
        if (value >= 0xd800 && value <= 0xdbff && pos < len) {
            // high surrogate, and there is a next character
            value = str.charCodeAt(pos);
            if ((value & 0xfc00) === 0xdc00)
                pos++; // low surrogate
        }
    }
    return length;
};function validate0(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){let vErrors = null;let errors = 0;if(errors === 0){if(data && typeof data == "object" && !Array.isArray(data)){let missing0;if((((data.acquirerId === undefined) && (missing0 = "acquirerId")) || ((data.pspId === undefined) && (missing0 = "pspId"))) || ((data.paymentRequestId === undefined) && (missing0 = "paymentRequestId"))){validate0.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0}}];return false;}else {if(data.acquirerId !== undefined){let data0 = data.acquirerId;const _errs1 = errors;if(errors === _errs1){if(typeof data0 === "string"){if(func0(data0) > 64){validate0.errors = [{instancePath:instancePath+"/acquirerId",schemaPath:"#/properties/acquirerId/maxLength",keyword:"maxLength",params:{limit: 64}}];return false;}else {if(func0(data0) < 1){validate0.errors = [{instancePath:instancePath+"/acquirerId",schemaPath:"#/properties/acquirerId/minLength",keyword:"minLength",params:{limit: 1}}];return false;}}}else {validate0.errors = [{instancePath:instancePath+"/acquirerId",schemaPath:"#/properties/acquirerId/type",keyword:"type",params:{type: "string"}}];return false;}}var valid0 = _errs1 === errors;}else {var valid0 = true;}if(valid0){if(data.pspId !== undefined){let data1 = data.pspId;const _errs3 = errors;if(errors === _errs3){if(typeof data1 === "string"){if(func0(data1) > 64){validate0.errors = [{instancePath:instancePath+"/pspId",schemaPath:"#/properties/pspId/maxLength",keyword:"maxLength",params:{limit: 64}}];return false;}else {if(func0(data1) < 1){validate0.errors = [{instancePath:instancePath+"/pspId",schemaPath:"#/properties/pspId/minLength",keyword:"minLength",params:{limit: 1}}];return false;}}}else {validate0.errors = [{instancePath:instancePath+"/pspId",schemaPath:"#/properties/pspId/type",keyword:"type",params:{type: "string"}}];return false;}}var valid0 = _errs3 === errors;}else {var valid0 = true;}if(valid0){if(data.paymentRequestId !== undefined){let data2 = data.paymentRequestId;const _errs5 = errors;if(errors === _errs5){if(typeof data2 === "string"){if(func0(data2) > 64){validate0.errors = [{instancePath:instancePath+"/paymentRequestId",schemaPath:"#/properties/paymentRequestId/maxLength",keyword:"maxLength",params:{limit: 64}}];return false;}else {if(func0(data2) < 1){validate0.errors = [{instancePath:instancePath+"/paymentRequestId",schemaPath:"#/properties/paymentRequestId/minLength",keyword:"minLength",params:{limit: 1}}];return false;}}}else {validate0.errors = [{instancePath:instancePath+"/paymentRequestId",schemaPath:"#/properties/paymentRequestId/type",keyword:"type",params:{type: "string"}}];return false;}}var valid0 = _errs5 === errors;}else {var valid0 = true;}}}}}else {validate0.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}}];return false;}}validate0.errors = vErrors;return errors === 0;}
