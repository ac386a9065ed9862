/*
 * Every document that is ever sent, validated by a test against the published schema of each supported version. Together
 * with `JSON.stringify` of objects built in one order, they make a call the same bytes whenever it is worded again.
 */

export const INSTALLATION = `query Installation {
  currentAppInstallation { app { handle } accessScopes { handle } }
}`

export const LOCATIONS = `query Locations($after: String) {
  locations(first: 250, after: $after, includeInactive: true, includeLegacy: true, sortKey: ID) {
    nodes { id name isActive isFulfillmentService }
    pageInfo { hasNextPage endCursor }
  }
}`

export const LEVELS_OF_ITEMS = `query LevelsOfItems($ids: [ID!]!, $locationId: ID!) {
  nodes(ids: $ids) {
    ... on InventoryItem {
      id
      inventoryLevel(locationId: $locationId, includeInactive: true) {
        isActive
        quantities(names: ["available", "committed", "reserved", "on_hand"]) { name quantity }
      }
    }
  }
}`

export const SET_QUANTITIES = `mutation SetQuantities($input: InventorySetQuantitiesInput!, $idempotencyKey: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $idempotencyKey) {
    inventoryAdjustmentGroup { id }
    userErrors { field message code }
  }
}`

export const ADJUST_QUANTITIES = `mutation AdjustQuantities($input: InventoryAdjustQuantitiesInput!, $idempotencyKey: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $idempotencyKey) {
    inventoryAdjustmentGroup { id }
    userErrors { field message code }
  }
}`

export const ACTIVATE = `mutation Activate($inventoryItemId: ID!, $locationId: ID!, $idempotencyKey: String!) {
  inventoryActivate(inventoryItemId: $inventoryItemId, locationId: $locationId) @idempotent(key: $idempotencyKey) {
    inventoryLevel { id isActive }
    userErrors { field message }
  }
}`

const LINES = 'nodes { inventoryItemId totalQuantity remainingQuantity lineItem { id quantity } } pageInfo { hasNextPage endCursor }'
const FULFILLMENT_ORDERS = (orders: number, lines: number, after = '') => `fulfillmentOrders(first: ${orders}${after}) {
        nodes {
          id
          status
          assignedLocation { location { id } }
          lineItems(first: ${lines}) { ${LINES} }
        }
        pageInfo { hasNextPage endCursor }
      }`

/** What left and what came back. Both are lists without a cursor: all of them are told. */
const SHIPPED_LINES = 'nodes { id quantity lineItem { id } } pageInfo { hasNextPage endCursor }'
const REFUND_LINES = 'nodes { id quantity restockType location { id } lineItem { id } } pageInfo { hasNextPage endCursor }'
const MOVED = `fulfillments {
        id
        status
        createdAt
        updatedAt
        location { id }
        fulfillmentLineItems(first: 10) { ${SHIPPED_LINES} }
      }
      refunds {
        id
        createdAt
        updatedAt
        refundLineItems(first: 10) { ${REFUND_LINES} }
      }`

export const ORDERS = `query Orders($query: String!, $after: String) {
  orders(first: 25, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes {
      id
      createdAt
      updatedAt
      cancelledAt
      ${FULFILLMENT_ORDERS(5, 20)}
      ${MOVED}
    }
    pageInfo { hasNextPage endCursor }
  }
}`

/** Orders by their id: not found by the search, and so without its lag. */
export const ORDERS_BY_ID = `query OrdersById($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Order {
      id
      createdAt
      updatedAt
      cancelledAt
      ${FULFILLMENT_ORDERS(5, 20)}
      ${MOVED}
    }
  }
}`

/** The rest of an order that has more fulfilment orders than a list shows. */
export const MORE_FULFILLMENT_ORDERS = `query MoreFulfillmentOrders($id: ID!, $after: String) {
  order(id: $id) {
      ${FULFILLMENT_ORDERS(10, 50, ', after: $after')}
  }
}`

/** The rest of a fulfilment order that has more lines than a list shows. */
export const MORE_LINES = `query MoreLines($id: ID!, $after: String) {
  node(id: $id) {
    ... on FulfillmentOrder {
      lineItems(first: 250, after: $after) { ${LINES} }
    }
  }
}`

/** The rest of a fulfilment, and of a refund, that has more lines than a list shows. */
export const MORE_SHIPPED_LINES = `query MoreShippedLines($id: ID!, $after: String) {
  node(id: $id) {
    ... on Fulfillment {
      fulfillmentLineItems(first: 250, after: $after) { ${SHIPPED_LINES} }
    }
  }
}`
export const MORE_REFUND_LINES = `query MoreRefundLines($id: ID!, $after: String) {
  node(id: $id) {
    ... on Refund {
      refundLineItems(first: 250, after: $after) { ${REFUND_LINES} }
    }
  }
}`

export const RUN_BULK_QUERY = `mutation RunBulkQuery($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id status }
    userErrors { field message code }
  }
}`

export const POLL_BULK = `query PollBulk($id: ID!) {
  bulkOperation(id: $id) { id status errorCode url }
}`

export const STAGE_UPLOAD = `mutation StageUpload($filename: String!) {
  stagedUploadsCreate(input: [{ resource: BULK_MUTATION_VARIABLES, filename: $filename, mimeType: "text/jsonl", httpMethod: POST }]) {
    stagedTargets { url parameters { name value } }
    userErrors { field message }
  }
}`

export const RUN_BULK_MUTATION = `mutation RunBulkMutation($mutation: String!, $stagedUploadPath: String!, $clientIdentifier: String) {
  bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $stagedUploadPath, clientIdentifier: $clientIdentifier) {
    bulkOperation { id }
    userErrors { field message code }
  }
}`

export const LOOK_AT_BULK = `query LookAtBulk($id: ID!) {
  bulkOperation(id: $id) { id status errorCode objectCount url partialDataUrl }
}`

export const CANCEL_BULK = `mutation CancelBulk($id: ID!) {
  bulkOperationCancel(id: $id) {
    bulkOperation { id status }
    userErrors { field message }
  }
}`

export const LIST_WEBHOOKS = `query ListWebhooks($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { id topic uri }
    pageInfo { hasNextPage endCursor }
  }
}`

export const SUBSCRIBE_WEBHOOK = `mutation SubscribeWebhook($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    webhookSubscription { id }
    userErrors { field message }
  }
}`

export const UNSUBSCRIBE_WEBHOOK = `mutation UnsubscribeWebhook($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors { field message }
  }
}`

const VARIANT = 'id sku requiresComponents inventoryPolicy inventoryItem { id tracked } product { id vendor productType tags }'

export const VARIANTS_FOUND = `query VariantsFound($query: String!, $after: String) {
  productVariants(first: 100, after: $after, query: $query, sortKey: ID) {
    nodes { ${VARIANT} }
    pageInfo { hasNextPage endCursor }
  }
}`

export const VARIANTS_OF_ITEMS = `query VariantsOfItems($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on InventoryItem { id variants(first: 1) { nodes { ${VARIANT} } } }
  }
}`

export const BULK_VARIANTS = `{
  productVariants {
    edges { node { ${VARIANT} } }
  }
}`

export const BULK_LEVELS = `{
  inventoryItems {
    edges {
      node {
        id
        inventoryLevels(includeInactive: true) {
          edges { node { id isActive location { id } quantities(names: ["available", "committed", "reserved", "on_hand"]) { name quantity } } }
        }
      }
    }
  }
}`
