// Everything that a function's author needs in one include. Holds no declarations of its own.
#pragma once

#include "lambda_api/app.h"
#include "lambda_api/context.h"
#include "lambda_api/error.h"
#include "lambda_api/http.h"
#include "lambda_api/json.h"
#include "lambda_api/log.h"
#include "lambda_api/runtime.h"
