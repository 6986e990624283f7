"""Flask-AppBuilder's words that reach our pages, listed so that our catalogues say them better.

FAB ships no English catalogue ("List Users" as a page's title) and a French one with gaps and slips. Our catalogues are
loaded after FAB's, so what is translated here wins.
"""

from __future__ import annotations

from flask_babel import lazy_gettext

WORDS = (
    # menu and titles of the security views
    lazy_gettext("Security"),
    lazy_gettext("List Users"),
    lazy_gettext("Show User"),
    lazy_gettext("Add User"),
    lazy_gettext("Edit User"),
    lazy_gettext("List Roles"),
    lazy_gettext("Show Role"),
    lazy_gettext("List Groups"),
    lazy_gettext("Your user information"),
    lazy_gettext("Edit User Information"),
    lazy_gettext("Reset Password Form"),
    lazy_gettext("Reset my password"),
    lazy_gettext("Reset Password"),
    # groups and labels of a user
    lazy_gettext("User info"),
    lazy_gettext("Personal Info"),
    lazy_gettext("Audit Info"),
    lazy_gettext("Full Name"),
    lazy_gettext("First Name"),
    lazy_gettext("Last Name"),
    lazy_gettext("User Name"),
    lazy_gettext("Password"),
    lazy_gettext("Confirm Password"),
    lazy_gettext("Is Active?"),
    lazy_gettext("Email"),
    lazy_gettext("Role"),
    lazy_gettext("Groups"),
    lazy_gettext("Last login"),
    lazy_gettext("Login count"),
    lazy_gettext("Failed login count"),
    lazy_gettext("Created on"),
    lazy_gettext("Created by"),
    lazy_gettext("Changed on"),
    lazy_gettext("Changed by"),
    lazy_gettext("Name"),
    lazy_gettext("Permissions"),
    # hints
    lazy_gettext("Write the user first name or names"),
    lazy_gettext("Write the user last name"),
    lazy_gettext("Username valid for authentication on DB or LDAP, unused for OID auth"),
    lazy_gettext("The user's password for authentication"),
    lazy_gettext("It's not a good policy to remove a user, just make it inactive"),
    lazy_gettext("The user's email, this will also be used for OID auth"),
    lazy_gettext("The user role on the application, this will associate with a list of permissions"),
    lazy_gettext(
        "The user group on the application, this will associate with a list of roles associated with the group"
    ),
    lazy_gettext("Please rewrite the user's password to confirm"),
    lazy_gettext("Please rewrite the password to confirm"),
    lazy_gettext("Please use a good password policy, this application does not check this for you"),
    # messages
    lazy_gettext("Passwords must match"),
    lazy_gettext("Either select a role or a group"),
    lazy_gettext("Invalid login. Please try again."),
    lazy_gettext("Access is Denied"),
    lazy_gettext("Added Row"),
    lazy_gettext("Changed Row"),
    lazy_gettext("Deleted Row"),
    lazy_gettext("Associated data exists, please delete them first"),
    lazy_gettext("Integrity error, probably unique constraint"),
    lazy_gettext("Database Error"),
    lazy_gettext("Password Changed"),
    lazy_gettext("User information changed"),
    lazy_gettext("Not a valid choice"),
)
