"""The access matrix: every route and method of the API, and what each kind of person is answered.

One line a route: the statuses stand in the order of ROLES. 401, 403 and 404 are denials: nothing may have changed. Bodies are in
`bodies.py`; a status says what became of a request in which everything was right but, perhaps, the person. Kinds of persons:

    anonymous   no token                      staff      hotel_staff of the hotel asked for
    guest       whose booking is asked for    admin      hotel_admin of the hotel asked for
    other       another guest                 platform   platform_admin
    elsewhere   hotel_admin of another hotel  suspended  was hotel_admin there; his account is suspended
                                              ended      was hotel_admin there; his session has ended
"""

MATRIX = """
                                                  anonymous guest other elsewhere staff admin platform suspended ended

POST   /auth/register                                   201   201   201       201   201   201      201       201   201
POST   /auth/login                                      200   200   200       200   200   200      200       200   200
POST   /auth/token                                      200   200   200       200   200   200      200       200   200
POST   /auth/refresh                                    200   200   200       200   200   200      200       200   200
POST   /auth/logout                                     401   204   204       204   204   204      204       401   401
POST   /auth/logout-all                                 401   204   204       204   204   204      204       401   401
POST   /auth/email/verify                               200   200   200       200   200   200      200       200   200
POST   /auth/email/verify/resend                        401   202   202       202   202   202      202       401   401
POST   /auth/password/forgot                            202   202   202       202   202   202      202       202   202
POST   /auth/password/reset                             204   204   204       204   204   204      204       204   204

GET    /users/me                                        401   200   200       200   200   200      200       401   401
PATCH  /users/me                                        401   200   200       200   200   200      200       401   401
POST   /users/me/password                               401   204   204       204   204   204      204       401   401
POST   /users/me/email                                  401   202   202       202   202   202      202       401   401
GET    /users/me/sessions                               401   200   200       200   200   200      200       401   401
DELETE /users/me/sessions/{session_id}                  401   204   404       404   404   404      404       401   401
POST   /users/me/erase                                  401   204   204       409   204   409      409       401   401

GET    /hotels                                          200   200   200       200   200   200      200       200   200
GET    /hotels/search                                   200   200   200       200   200   200      200       200   200
GET    /hotels/{hotel_id}                               200   200   200       200   200   200      200       401   401
GET    /hotels/{hotel_id}/offers                        200   200   200       200   200   200      200       200   200
GET    /hotels/{hotel_id}/events                        401   404   404       404   200   200      200       401   401

POST   /hotels                                          401   201   201       201   201   201      201       401   401
PATCH  /hotels/{hotel_id}                               401   404   404       404   403   200      200       401   401
GET    /hotels/{hotel_id}/checklist                     401   404   404       404   200   200      200       401   401
POST   /hotels/{hotel_id}/submit                        401   404   404       404   403   200      403       401   401
POST   /hotels/{hotel_id}/pause                         401   404   404       404   403   200      403       401   401
POST   /hotels/{hotel_id}/resume                        401   404   404       404   403   200      403       401   401
POST   /hotels/{hotel_id}/close                         401   404   404       404   403   200      403       401   401
GET    /amenities                                       200   200   200       200   200   200      200       200   200

GET    /hotels/{hotel_id}/members                       401   404   404       404   403   200      200       401   401
PATCH  /hotels/{hotel_id}/members/{user_id}             401   404   404       404   403   200      200       401   401
DELETE /hotels/{hotel_id}/members/{user_id}             401   404   404       404   403   204      204       401   401
GET    /hotels/{hotel_id}/invitations                   401   404   404       404   403   200      200       401   401
POST   /hotels/{hotel_id}/invitations                   401   404   404       404   403   202      202       401   401
DELETE /hotels/{hotel_id}/invitations/{invitation_id}   401   404   404       404   403   204      204       401   401
POST   /invitations/accept                              401   200   200       200   200   200      200       401   401

GET    /hotels/{hotel_id}/photos                        200   200   200       200   200   200      200       401   401
POST   /hotels/{hotel_id}/photos                        401   404   404       404   403   201      201       401   401
POST   /hotels/{hotel_id}/photos/{photo_id}/complete    401   404   404       404   403   202      202       401   401
PATCH  /hotels/{hotel_id}/photos/{photo_id}             401   404   404       404   403   200      200       401   401
DELETE /hotels/{hotel_id}/photos/{photo_id}             401   404   404       404   403   204      204       401   401
PUT    /hotels/{hotel_id}/photos/order                  401   404   404       404   403   200      200       401   401

GET    /hotels/{hotel_id}/rate-plans                    401   404   404       404   200   200      200       401   401
POST   /hotels/{hotel_id}/rate-plans                    401   404   404       404   403   201      201       401   401
PUT    /hotels/{hotel_id}/rates/days                    401   404   404       404   403   200      200       401   401
GET    /rate-plans/{rate_plan_id}                       401   404   404       404   200   200      200       401   401
PATCH  /rate-plans/{rate_plan_id}                       401   404   404       404   403   200      200       401   401
DELETE /rate-plans/{rate_plan_id}                       401   404   404       404   403   204      204       401   401
GET    /rate-plans/{rate_plan_id}/days                  401   404   404       404   200   200      200       401   401
PUT    /rate-plans/{rate_plan_id}/days                  401   404   404       404   403   200      200       401   401
GET    /hotels/{hotel_id}/charges                       401   404   404       404   200   200      200       401   401
POST   /hotels/{hotel_id}/charges                       401   404   404       404   403   201      201       401   401
PATCH  /hotels/{hotel_id}/charges/{charge_id}           401   404   404       404   403   200      200       401   401
DELETE /hotels/{hotel_id}/charges/{charge_id}           401   404   404       404   403   204      204       401   401
GET    /hotels/{hotel_id}/room-types                    401   404   404       404   200   200      200       401   401
POST   /hotels/{hotel_id}/room-types                    401   404   404       404   403   201      201       401   401
GET    /room-types/{room_type_id}                       401   404   404       404   200   200      200       401   401
PATCH  /room-types/{room_type_id}                       401   404   404       404   403   200      200       401   401
DELETE /room-types/{room_type_id}                       401   404   404       404   403   204      204       401   401
GET    /hotels/{hotel_id}/rooms                         401   404   404       404   200   200      200       401   401
POST   /hotels/{hotel_id}/rooms                         401   404   404       404   403   201      201       401   401
PATCH  /rooms/{room_id}                                 401   404   404       404   403   200      200       401   401
DELETE /rooms/{room_id}                                 401   404   404       404   403   204      204       401   401
POST   /rooms/{room_id}/status                          401   404   404       404   200   200      403       401   401
PUT    /rooms/{room_id}/defect                          401   404   404       404   200   200      403       401   401
GET    /hotels/{hotel_id}/blocks                        401   404   404       404   200   200      200       401   401
POST   /hotels/{hotel_id}/blocks                        401   404   404       404   201   201      201       401   401
PATCH  /blocks/{block_id}                               401   404   404       404   200   200      200       401   401
DELETE /blocks/{block_id}                               401   404   404       404   204   204      204       401   401
GET    /hotels/{hotel_id}/board                         401   404   404       404   200   200      200       401   401
GET    /hotels/{hotel_id}/calendar                      401   404   404       404   200   200      200       401   401
GET    /hotels/{hotel_id}/availability                  401   404   404       404   200   200      200       401   401
GET    /hotels/{hotel_id}/availability/why              401   404   404       404   200   200      200       401   401

POST   /bookings                                        201   201   201       201   201   201      201       401   401
POST   /bookings/lookup                                 200   200   200       200   200   200      200       200   200
POST   /bookings/lookup/link                            202   202   202       202   202   202      202       202   202
GET    /bookings/by-reference/{booking_reference}       401   200   404       404   200   200      200       401   401
GET    /bookings                                        401   200   200       200   200   200      200       401   401
GET    /bookings/{booking_id}                           401   200   404       404   200   200      200       401   401
GET    /bookings/{booking_id}/cancellation              401   200   404       404   200   200      200       401   401
POST   /bookings/{booking_id}/cancel                    401   200   404       404   404   404      404       401   401
POST   /bookings/{booking_id}/change/preview            401   200   404       404   404   404      404       401   401
POST   /bookings/{booking_id}/change                    401   200   404       404   404   404      404       401   401
POST   /bookings/{booking_id}/payments                  401   201   404       404   404   404      404       401   401

POST   /hotels/{hotel_id}/bookings/{booking_id}/cancel  401   404   404       404   200   200      403       401   401
POST   /hotels/{hotel_id}/bookings/{booking_id}/waiver  401   404   404       404   403   200      200       401   401
POST   /hotels/{hotel_id}/bookings/{booking_id}/change/preview 401 404   404       404   200   200      403       401   401
POST   /hotels/{hotel_id}/bookings/{booking_id}/change  401   404   404       404   200   200      403       401   401

GET    /payments/{reference}                            401   200   404       404   404   404      200       401   401
POST   /payments/{reference}/verify                     401   202   404       404   404   404      202       401   401
GET    /payments/{reference}/refunds                    401   200   404       404   404   404      200       401   401
GET    /payments/return                                 200   200   200       200   200   200      200       200   200
POST   /webhooks/paystack                               200   200   200       200   200   200      200       200   200

GET    /admin/hotels                                    401   403   403       403   403   403      200       401   401
POST   /admin/hotels                                    401   403   403       403   403   403      201       401   401
POST   /admin/hotels/{hotel_id}/approve                 401   403   403       403   403   403      200       401   401
POST   /admin/hotels/{hotel_id}/request-changes         401   403   403       403   403   403      200       401   401
POST   /admin/hotels/{hotel_id}/reject                  401   403   403       403   403   403      200       401   401
POST   /admin/hotels/{hotel_id}/suspend                 401   403   403       403   403   403      200       401   401
POST   /admin/hotels/{hotel_id}/reinstate               401   403   403       403   403   403      200       401   401
POST   /admin/hotels/{hotel_id}/close                   401   403   403       403   403   403      200       401   401

GET    /admin/users                                     401   403   403       403   403   403      200       401   401
GET    /admin/users/{user_id}                           401   403   403       403   403   403      200       401   401
POST   /admin/users/{user_id}/suspend                   401   403   403       403   403   403      200       401   401
POST   /admin/users/{user_id}/reinstate                 401   403   403       403   403   403      200       401   401
POST   /admin/users/{user_id}/role                      401   403   403       403   403   403      200       401   401
GET    /admin/bookings                                  401   403   403       403   403   403      200       401   401
GET    /admin/bookings/{booking_id}                     401   403   403       403   403   403      200       401   401
POST   /admin/bookings/{booking_id}/cancel              401   403   403       403   403   403      200       401   401
GET    /admin/charges                                   401   403   403       403   403   403      200       401   401
POST   /admin/charges                                   401   403   403       403   403   403      201       401   401
PATCH  /admin/charges/{state_charge_id}                 401   403   403       403   403   403      200       401   401
DELETE /admin/charges/{state_charge_id}                 401   403   403       403   403   403      204       401   401
GET    /admin/payments                                  401   403   403       403   403   403      200       401   401
GET    /admin/payments/{reference}                      401   403   403       403   403   403      200       401   401
POST   /admin/payments/{reference}/resolve              401   403   403       403   403   403      200       401   401
POST   /admin/refunds/{refund_id}/again                 401   403   403       403   403   403      202       401   401
GET    /admin/jobs                                      401   403   403       403   403   403      200       401   401
POST   /admin/jobs/{job_id}/retry                       401   403   403       403   403   403      204       401   401
POST   /admin/jobs/{job_id}/discard                     401   403   403       403   403   403      204       401   401
GET    /admin/audit                                     401   403   403       403   403   403      200       401   401
GET    /hotels/{hotel_id}/audit                         401   404   404       404   403   200      200       401   401
"""
